//! A rule as data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::{ActionSpec, duration};
use super::preset::PresetSpec;
use super::server_kind::ServerKind;
use super::trigger::TriggerSpec;
use super::word::words;
use crate::clock::Clock;
use crate::rules::{Frequency, MountedRule, RuleDraft, Scope};

/// A rule as data, with the feature `inspector`: what `POST /api/v1/rules` takes, and what a file of rules has.
/// The words are those of [`Trigger`](crate::Trigger), [`RuleBuilder`](crate::RuleBuilder) and
/// [`Action`](crate::Action); it is made by [serde](https://serde.rs) alone, from JSON, TOML or another
/// format.
///
/// | Key | |
/// |---|---|
/// | `trigger` | `"rcpt"`, `{"rcpt_to": "gone@example.org"}`, `{"rcpt_to": {"domain": "example.net"}}`, `{"end_of_data_when": {"subject": {"contains": "Invoice"}}}`, `{"command": "VRFY"}` … |
/// | `action` | `{"reply": "550 5.1.1 No such user"}`, `{"reply": "greylisted"}`, `"disconnect"`, `{"drip": 0.5}`, `{"after": {"seconds": 2, "action": "proceed"}}` … |
/// | `in_turn` | in place of `action`: a list of them |
/// | `frequency` | `{"first": 2}`, `{"nth": 3}`, `{"every": 2}`, `{"after_first": 4}`; always, if it is left out |
/// | `per` | `"session"`, `"sender"`, `"recipient"`, `"mail"`: what is counted apart |
/// | `probability` | from 0 to 1 |
/// | `after` | seconds before the action |
/// | `preset` | in place of all the others: `{"greylist": {"seconds": 300}}`, `{"rate_limit": {"mails": 10, "seconds": 60}}` with `per` and `reply`, `{"max_mails_per_session": 3}`, `"magic_recipients"` |
///
/// A text or an address is one that is to be equal, or `{"contains": …}`, `{"starts_with": …}`,
/// `{"ends_with": …}`, `{"matches": …}`, `{"glob": …}`, `{"in_order": […]}`; an address also
/// `{"domain": …}`. Octets for `send_raw` that are no text are `{"send_raw_base64": …}`.
///
/// ```
/// use mailmock::{MailServer, RuleSpec};
///
/// let rule: RuleSpec = serde_json::from_str(
///     r#"{"trigger": {"rcpt_to": "gone@example.org"}, "action": {"reply": "mailbox_unavailable"}}"#,
/// )?;
/// let server = MailServer::builder().rules([rule]).start();
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    description = r#"A rule: when something happens, the server does something else than it would.

It has `trigger` and either `action` or `in_turn`, and what of `frequency`, `per`, `probability` and `after` is needed; or it is a `preset` alone.

- `{"trigger": {"rcpt_to": "gone@example.org"}, "action": {"reply": "mailbox_unavailable"}}` refuses a recipient.
- `{"trigger": "end_of_data", "frequency": {"first": 2}, "action": {"reply": "451 4.3.0 Come again"}}` refuses the first two mails.
- `{"trigger": "rcpt", "per": "recipient", "frequency": {"first": 1}, "action": {"reply": "greylisted"}}` counts each recipient apart.
- `{"trigger": {"end_of_data_when": {"subject": {"contains": "Invoice"}}}, "action": "accept_and_discard"}` loses some mails.
- `{"trigger": "mail", "in_turn": [{"reply": "try_again_later"}, "disconnect", "proceed"]}` does one after the other.
- `{"trigger": "data", "probability": 0.1, "after": 2, "action": "reset"}` breaks one connection in ten, two seconds late.
- `{"preset": {"greylist": {"seconds": 300}}}` is ready-made.

The newest rule is asked first. A rule that cannot be, such as one whose action does not fit its trigger, is answered 422 with the reason."#
)]
pub struct RuleSpec {
    /// What it waits for; with `action` or `in_turn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trigger: Option<TriggerSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frequency: Option<FrequencySpec>,
    /// What is counted apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per: Option<ScopeSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    probability: Option<f64>,
    /// Seconds before the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    after: Option<f64>,
    /// This, or `in_turn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<ActionSpec>,
    /// One after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_turn: Option<Vec<ActionSpec>>,
    /// Ready-made behaviour, in place of all the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preset: Option<PresetSpec>,
}

/// At which of the events that match a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(
    description = r#"At which of the events that match a rule acts; at all of them, if it is left out. Numbers begin with 1.

`{"first": 2}`: at the first two. `{"nth": 3}`: at the third alone. `{"every": 2}`: at the second, the fourth and so on. `{"after_first": 4}`: from the fifth on."#
)]
enum FrequencySpec {
    First(usize),
    Nth(usize),
    Every(usize),
    AfterFirst(usize),
}

/// Which events are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(
    description = r#"What is counted apart: each `session`, each `sender` (with a trigger from MAIL on), each `recipient` (with `rcpt` or `rcpt_to`) or each `mail` (with `end_of_data` or `end_of_data_when`). Without it all events are counted together."#
)]
enum ScopeSpec {
    Session,
    Sender,
    Recipient,
    Mail,
}

words!(
    FrequencySpec, r#"{"first": 2}, {"nth": 2}, {"every": 2} or {"after_first": 2}"#,
    "first" needs r#"a number: {"first": 2}"#,
    "nth" needs r#"a number: {"nth": 2}"#,
    "every" needs r#"a number: {"every": 2}"#,
    "after_first" needs r#"a number: {"after_first": 2}"#
);
words!(ScopeSpec, r#""session", "sender", "recipient" or "mail""#);

impl RuleSpec {
    /// The rule, or why there can be no such rule on such a server.
    pub(crate) fn rule(
        &self,
        clock: &Arc<Clock>,
        server: ServerKind,
    ) -> Result<MountedRule, String> {
        let mut rule = match &self.preset {
            Some(preset) => self.ready_made(preset, clock),
            None => self.read(),
        }?;
        if let Some(trigger) = &self.trigger {
            trigger.check(server)?;
        }
        let json = serde_json::to_string(self).map_err(|error| error.to_string())?;
        rule.form = Some(json.into());
        Ok(rule)
    }

    fn ready_made(&self, preset: &PresetSpec, clock: &Arc<Clock>) -> Result<MountedRule, String> {
        let rest = Self {
            preset: None,
            ..self.clone()
        };
        if rest != Self::default() {
            return Err("a preset stands alone".to_owned());
        }
        Ok(preset.preset()?.into_rule(clock, None))
    }

    fn read(&self) -> Result<MountedRule, String> {
        let spec = self.clone();
        let trigger = spec.trigger.ok_or("a rule needs trigger, or preset")?;
        let mut draft = RuleDraft::new(None, trigger.trigger()?);
        if let Some(frequency) = spec.frequency {
            draft.set_frequency(frequency.into())?;
        }
        if let Some(scope) = spec.per {
            draft.set_scope(scope.into())?;
        }
        if let Some(probability) = spec.probability {
            draft.set_probability(probability)?;
        }
        if let Some(seconds) = spec.after {
            draft.set_delay(duration("after", seconds)?)?;
        }
        match (spec.action, spec.in_turn) {
            (Some(action), None) => draft.with_action(action.action()?),
            (None, Some(actions)) => {
                let actions: Result<Vec<_>, _> =
                    actions.into_iter().map(ActionSpec::action).collect();
                draft.with_actions(actions?)
            }
            (Some(_), Some(_)) => Err("a rule has action or in_turn, not both".to_owned()),
            (None, None) => Err("a rule needs action, or in_turn".to_owned()),
        }
    }
}

impl From<FrequencySpec> for Frequency {
    fn from(spec: FrequencySpec) -> Self {
        match spec {
            FrequencySpec::First(count) => Self::First(count),
            FrequencySpec::Nth(number) => Self::Nth(number),
            FrequencySpec::Every(step) => Self::Every(step),
            FrequencySpec::AfterFirst(count) => Self::AfterFirst(count),
        }
    }
}

impl From<ScopeSpec> for Scope {
    fn from(spec: ScopeSpec) -> Self {
        match spec {
            ScopeSpec::Session => Self::Session,
            ScopeSpec::Sender => Self::Sender,
            ScopeSpec::Recipient => Self::Recipient,
            ScopeSpec::Mail => Self::Mail,
        }
    }
}
