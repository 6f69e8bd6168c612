//! Replacing what is kept of an instance.

/// Replaces a value in place.
// A new box at every refresh would scatter a fleet over the memory and slow its rendering down.
pub(super) fn replace_in_place<T>(place: &mut Option<Box<T>>, value: Option<T>) {
    match (place.as_deref_mut(), value) {
        (Some(last), Some(value)) => *last = value,
        (_, value) => *place = value.map(Box::new),
    }
}
