//! A list that grows while those who had it before keep it as it was.

use std::fmt;
use std::sync::Arc;

/// Its items are cheap to clone, so that a list that is kept at each of its lengths costs little.
#[derive(Clone)]
pub(super) struct SharedList<T> {
    /// None while it is empty, as most are.
    items: Option<Arc<Vec<T>>>,
    /// The list is kept elsewhere too, and counted there.
    is_counted: bool,
    /// So many of its items are.
    counted_items: usize,
}

impl<T: Clone> SharedList<T> {
    pub(super) fn push(&mut self, item: T) {
        let items = Arc::make_mut(self.items.get_or_insert_default());
        if items.is_empty() {
            items.reserve_exact(1); // most mails have one recipient, and stay in memory
        }
        items.push(item);
        self.is_counted = false;
    }

    pub(super) fn as_slice(&self) -> &[T] {
        self.items.as_ref().map_or(&[], |items| items)
    }

    /// The list as it stands, for one who counts what nobody has counted before.
    pub(super) fn share(&mut self) -> Self {
        let shared = self.clone();
        self.is_counted = true;
        self.counted_items = self.as_slice().len();
        shared
    }

    /// The octets of memory that are not counted elsewhere, if an item takes so many.
    pub(super) fn uncounted_size(&self, size: impl Fn(&T) -> usize) -> usize {
        let items = self.as_slice();
        let list = if self.is_counted {
            0
        } else {
            size_of_val(items)
        };
        let uncounted = items.get(self.counted_items..).unwrap_or_default();
        list + uncounted.iter().map(size).sum::<usize>()
    }

    /// The octets of memory of all of it.
    pub(super) fn size(&self, size: impl Fn(&T) -> usize) -> usize {
        let items = self.as_slice();
        size_of_val(items) + items.iter().map(size).sum::<usize>()
    }
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self {
            items: None,
            is_counted: false,
            counted_items: 0,
        }
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: Some(Arc::new(items.into_iter().collect())),
            ..Self::default()
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for SharedList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.items.iter().flat_map(|items| items.iter()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_at_each_length_is_counted_once() {
        let mut list = SharedList::default();
        let mut counted = 0;
        for length in 1..=100 {
            list.push(Arc::new([0u8; 1_000]));
            for _ in 0..3 {
                let kept = list.share();
                assert_eq!(kept.as_slice().len(), length);
                counted += kept.uncounted_size(|item| item.len());
            }
        }
        let pointers = (1..=100).sum::<usize>() * size_of::<usize>();
        assert_eq!(counted, 100 * 1_000 + pointers);
        assert_eq!(
            list.size(|item| item.len()),
            100 * (1_000 + size_of::<usize>())
        );
    }
}
