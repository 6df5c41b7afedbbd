//! Named conditions, all of which something is to meet, and which say what is there instead.

use std::fmt;
use std::sync::Arc;

/// What a condition of your own says: a `bool`, or a `Result` whose error tells what is there instead.
#[derive(Debug)]
pub struct Outcome(Result<(), String>);

impl From<bool> for Outcome {
    fn from(holds: bool) -> Self {
        Self(holds.then_some(()).ok_or_else(|| "it is not so".to_owned()))
    }
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        Self(result)
    }
}

impl From<Result<(), &str>> for Outcome {
    fn from(result: Result<(), &str>) -> Self {
        Self(result.map_err(str::to_owned))
    }
}

impl From<Outcome> for Result<(), String> {
    fn from(outcome: Outcome) -> Self {
        outcome.0
    }
}

/// A conjunction of conditions on a `T`.
pub(crate) struct Conditions<T: ?Sized>(Vec<Condition<T>>);

struct Condition<T: ?Sized> {
    /// As it is written: `subject("Welcome")`.
    name: String,
    /// The error is what is there instead.
    check: Check<T>,
}

type Check<T> = Arc<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// What one condition says of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement<'a> {
    pub(crate) condition: &'a str,
    /// `None` if it holds.
    pub(crate) actual: Option<String>,
}

impl fmt::Display for Judgement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.actual {
            None => write!(f, "  ok    {}", self.condition),
            Some(actual) => {
                let actual = actual.replace('\n', "\n        ");
                write!(f, "  FAIL  {}: {actual}", self.condition)
            }
        }
    }
}

impl<T: ?Sized> Conditions<T> {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn with(
        mut self,
        name: String,
        check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let check = Arc::new(check);
        self.0.push(Condition { name, check });
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_match(&self, subject: &T) -> bool {
        self.0.iter().all(|c| (c.check)(subject).is_ok())
    }

    /// How many conditions hold.
    pub(crate) fn score(&self, subject: &T) -> usize {
        let holds = self.0.iter().filter(|c| (c.check)(subject).is_ok());
        holds.count()
    }

    pub(crate) fn judge(&self, subject: &T) -> Vec<Judgement<'_>> {
        let judge = |condition: &Condition<T>| (condition.check)(subject).err();
        let judgements = self.0.iter().map(|condition| Judgement {
            condition: &condition.name,
            actual: judge(condition),
        });
        judgements.collect()
    }

    /// `Err` with a line for each condition: whether it holds, and what is there instead.
    pub(crate) fn check_all(&self, subject: &T) -> Result<(), String> {
        if self.is_match(subject) {
            return Ok(());
        }
        let lines = self.judge(subject).into_iter().map(|j| j.to_string());
        Err(lines.collect::<Vec<_>>().join("\n"))
    }

    /// `Err` with what is there in place of the first condition that does not hold.
    pub(crate) fn check(&self, subject: &T) -> Result<(), String> {
        let failed = self.judge(subject).into_iter().find_map(|judgement| {
            let actual = judgement.actual?;
            Some(format!("{}: {actual}", judgement.condition))
        });
        failed.map_or(Ok(()), Err)
    }
}

impl<T: ?Sized> Clone for Conditions<T> {
    fn clone(&self) -> Self {
        let clone = |c: &Condition<T>| Condition {
            name: c.name.clone(),
            check: Arc::clone(&c.check),
        };
        Self(self.0.iter().map(clone).collect())
    }
}

impl<T: ?Sized> fmt::Display for Conditions<T> {
    /// `.sent_to("ada@example.org").subject("Welcome")`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|c| write!(f, ".{}", c.name))
    }
}

/// Makes a matcher of conditions: what matchers of all kinds have in common.
macro_rules! matcher {
    ($matcher:ident, $subject:ty, $name:literal) => {
        impl $matcher {
            /// Whether all conditions hold.
            pub fn is_match(&self, subject: &$subject) -> bool {
                self.0.is_match(subject)
            }

            /// Whether all conditions hold.
            ///
            /// # Errors
            ///
            /// What is there in place of the first condition that does not hold.
            pub fn check(&self, subject: &$subject) -> Result<(), String> {
                self.0.check(subject)
            }

            /// A condition of your own, with the name that reports give it: a closure that gives a
            /// `bool`, or a `Result<(), String>` that says what is there instead.
            pub fn satisfies<O: Into<$crate::condition::Outcome>>(
                self,
                name: &str,
                condition: impl Fn(&$subject) -> O + Send + Sync + 'static,
            ) -> Self {
                self.with(format!("satisfies({name:?}, …)"), move |subject| {
                    condition(subject).into().into()
                })
            }

            pub(crate) fn with(
                self,
                name: String,
                check: impl Fn(&$subject) -> Result<(), String> + Send + Sync + 'static,
            ) -> Self {
                Self(self.0.with(name, check))
            }
        }

        impl std::fmt::Display for $matcher {
            /// As it is written.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}(){}", $name, self.0)
            }
        }

        impl std::fmt::Debug for $matcher {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($matcher), "({})"), self)
            }
        }
    };
}

pub(crate) use matcher;
