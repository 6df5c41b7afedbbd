//! Whose password or token is right.

use std::fmt;
use std::sync::Arc;

use super::action::Action;
use super::event::Event;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::smtp::{Login, Reply, Secret};

type Check = Arc<dyn Fn(&Login) -> bool + Send + Sync>;

/// What a server takes for right. Whatever it is, when nothing is named.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    passwords: Vec<(String, Secret)>,
    tokens: Vec<(String, Secret)>,
    checks: Vec<Check>,
}

impl Credentials {
    pub(crate) fn add_password(&mut self, user: String, password: String) {
        self.passwords.push((user, Secret::new(password)));
    }

    pub(crate) fn add_token(&mut self, user: String, token: String) {
        self.tokens.push((user, Secret::new(token)));
    }

    pub(crate) fn add_check(&mut self, check: impl Fn(&Login) -> bool + Send + Sync + 'static) {
        self.checks.push(Arc::new(check));
    }

    /// The first password of a user, or else the token.
    pub(crate) fn secret_of(&self, user: &str) -> Option<&str> {
        let mut named = self.passwords.iter().chain(&self.tokens);
        let (_, secret) = named.find(|(name, _)| name == user)?;
        Some(secret.reveal())
    }

    pub(super) fn into_rule(self, line: Line) -> MountedRule {
        let decide = Box::new(move |event: &Event<'_>| {
            let login = event.login()?;
            (!self.accepts(login)).then(|| Action::reply(Reply::credentials_invalid()))
        });
        let name = "credentials(..), oauth_token(..), authenticate_with(..)".to_owned();
        MountedRule::new(line, Trigger::auth(), Script::Preset { name, decide })
    }

    fn accepts(&self, login: &Login) -> bool {
        let knows_password = self.passwords.iter().any(|(user, password)| {
            user == login.identity() && login.has_password(password.reveal())
        });
        let has_token = |(user, token): &(String, Secret)| {
            // RFC 7628 §3.1: the name may be left to the token.
            let is_named = login.identity().is_empty() || user == login.identity();
            is_named && login.token() == Some(token.reveal())
        };
        knows_password
            || self.tokens.iter().any(has_token)
            || self.checks.iter().any(|check| check(login))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("passwords", &self.passwords)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
