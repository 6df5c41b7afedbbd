//! Words as data: a text alone, or an object with the word as its one key.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::EnumAccessDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess,
    Unexpected, VariantAccess, Visitor,
};

/// What is said as one word, such as `"rcpt"` or `{"rcpt_to": "ada@example.org"}`. By hand, so that an error
/// says what is wanted in the form in which it is written, and not in that of Rust.
pub(super) trait Word<'de>: Sized {
    /// What is to stand there.
    const WANTED: &'static str;

    /// The words that do not stand alone, and what each needs.
    const NEEDS: &'static [(&'static str, &'static str)];

    /// As serde does it.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Makes words of an enum that has `#[serde(remote = "Self")]`, by which serde leaves both traits to us.
macro_rules! words {
    ($word:ident, $wanted:literal $(, $name:literal needs $what:literal)*) => {
        impl<'de> $crate::spec::word::Word<'de> for $word {
            const WANTED: &'static str = $wanted;
            const NEEDS: &'static [(&'static str, &'static str)] = &[$(($name, $what)),*];

            fn read<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $word {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::spec::word::WordVisitor::new())
            }
        }

        impl serde::Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
}

pub(super) use words;

pub(super) struct WordVisitor<T>(PhantomData<T>);

impl<T> WordVisitor<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Word<'de>> Visitor<'de> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WANTED)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        match T::NEEDS.iter().find(|(name, _)| *name == word) {
            Some((name, what)) => Err(E::custom(format_args!("{name} needs {what}"))),
            None => T::read(word.into_deserializer()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let Some(word) = map.next_key()? else {
            return Err(Error::invalid_length(0, &self));
        };
        let map_of_one = Keyed {
            word,
            map: &mut map,
        };
        let value = T::read(EnumAccessDeserializer::new(map_of_one))?;
        match map.next_key::<IgnoredAny>()? {
            Some(_) => Err(Error::invalid_type(
                Unexpected::Other("more than one"),
                &self,
            )),
            None => Ok(value),
        }
    }
}

/// A word, and what stands behind it.
struct Keyed<'a, A> {
    word: String,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Keyed<'_, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Self::Error> {
        let variant = seed.deserialize(self.word.as_str().into_deserializer())?;
        Ok((variant, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Keyed<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), Self::Error> {
        let word = self.word;
        match self.map.next_value::<Option<IgnoredAny>>()? {
            Some(_) => Err(Error::custom(format_args!("{word} stands alone: {word:?}"))),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Self::Error> {
        self.map.next_value_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("no word has several things behind it"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.tuple_variant(0, visitor)
    }
}
