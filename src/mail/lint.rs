//! All that was found in a mail: where a mail departs from the standards, or from what its readers need.

use std::fmt;

use super::finding::Finding;
use super::lint_rules;
use super::mail::Mail;

/// What was found in a mail; made by [`Mail::lint`].
///
/// | Rule | Finds |
/// |---|---|
/// | `line-too-long` | a line of more than 998 octets |
/// | `bare-cr`, `bare-lf`, `nul` | such an octet in the content |
/// | `undeclared-8bit` | octets above 127 without BODY=8BITMIME or BINARYMIME |
/// | `missing-date`, `missing-from`, `missing-message-id`, `missing-mime-version` | no such field |
/// | `duplicate-header` | a field twice that there may be once |
/// | `header-injection` | a line end within a decoded value, or header fields where the body begins |
/// | `undecodable-word` | an encoded word that cannot be decoded |
/// | `raw-8bit-header` | octets above 127 in the header without SMTPUTF8 |
/// | `html-only` | HTML without a plain text |
/// | `missing-part`, `unused-part` | HTML that refers to a part that is not there, and the reverse |
/// | `alternatives-order` | a plain text behind the richer alternative |
/// | `bcc-leak` | a Bcc field that tells hidden recipients |
/// | `copy-not-sent` | a recipient in To or Cc that got no copy (see [`Inbox::lint`](crate::Inbox::lint)) |
/// | `no-one-click` | a way to unsubscribe that takes more than one click |
/// | `line-over-78` † | a line of more than 78 characters |
/// | `alternatives-differ` † | a plain text that says other words than the HTML |
/// | `sender-domain-differs` † | an envelope of another domain than From |
///
/// † Only if [asked for](Self::with).
#[derive(Clone, Debug)]
pub struct Lint {
    mail: Mail,
    findings: Vec<Finding>,
    /// Found, and not asked for so far.
    optional: Vec<Finding>,
}

impl Lint {
    /// What was found, in the order of the mail's parts.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Leaves out what that rule found.
    ///
    /// # Panics
    ///
    /// If there is no such rule.
    #[must_use]
    #[track_caller]
    pub fn allow(mut self, rule: &str) -> Self {
        check_name(rule);
        self.findings.retain(|finding| finding.rule() != rule);
        self
    }

    /// Takes in what one of the rules found that are only held to if asked for.
    ///
    /// # Panics
    ///
    /// If there is no such rule.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, rule: &str) -> Self {
        check_name(rule);
        let (asked, rest) = self.optional.into_iter().partition(|f| f.rule() == rule);
        self.optional = rest;
        self.findings.extend::<Vec<_>>(asked);
        self
    }

    /// Nothing was found.
    ///
    /// # Panics
    ///
    /// If something was. The text lists it.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }

    /// `siblings` are the mails with the same Message-ID, this one among them.
    pub(crate) fn of(mail: &Mail, siblings: &[Mail]) -> Self {
        let (optional, findings) = lint_rules::check(mail, siblings)
            .into_iter()
            .partition(|finding| lint_rules::OPTIONAL.contains(&finding.rule()));
        Self {
            mail: mail.clone(),
            findings,
            optional,
        }
    }
}

impl fmt::Display for Lint {
    /// A line for the mail, and one for each finding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.mail.message().subject();
        write!(f, "mail #{} {subject:?}: ", self.mail.id())?;
        match self.findings.len() {
            0 => f.write_str("no findings"),
            1 => f.write_str("1 finding"),
            count => write!(f, "{count} findings"),
        }?;
        self.findings
            .iter()
            .try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

/// Findings.
impl Mail {
    /// Looks where the mail departs from the standards, or from what its readers need.
    ///
    /// It looks at this mail alone, so that a recipient in To or Cc who got a copy of his own is taken for
    /// one who got none; [`Inbox::lint`](crate::Inbox::lint) looks at all.
    pub fn lint(&self) -> Lint {
        Lint::of(self, std::slice::from_ref(self))
    }

    /// Nothing is to be found by [`lint`](Self::lint). To allow something:
    /// `mail.lint().allow("html-only").assert_clean()`.
    ///
    /// # Panics
    ///
    /// If something is found. The text lists it.
    #[track_caller]
    pub fn assert_lint_clean(&self) {
        self.lint().assert_clean();
    }
}

#[track_caller]
fn check_name(rule: &str) {
    let known = lint_rules::RULES;
    assert!(
        known.contains(&rule),
        "no rule is called {rule:?}; there are {}",
        known.join(", ")
    );
}
