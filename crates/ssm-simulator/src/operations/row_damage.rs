//! Rows that break the service model.

use serde_json::Value;

/// A number that no member of AWS's 32-bit integers can hold.
const TOO_LARGE: u64 = 3_000_000_000;

/// How a row breaks the service model.
#[derive(Clone, Copy)]
pub(super) enum RowDamage {
    /// This required member is missing.
    Remove(&'static str),
    /// The number at this JSON pointer is too large for its type.
    Overflow(&'static str),
    /// The map or the list at this JSON pointer has a value that is null.
    NullIn(&'static str),
}

impl RowDamage {
    /// Damages a row. One that does not have the member stays as it is.
    pub(super) fn apply(self, json: &mut Vec<u8>) {
        // Only rows of one instance get here, so parsing them again costs little.
        let Ok(mut row) = serde_json::from_slice::<Value>(json) else {
            return;
        };
        match self {
            Self::Remove(member) => remove(&mut row, member),
            Self::Overflow(pointer) => overflow(&mut row, pointer),
            Self::NullIn(pointer) => insert_null(&mut row, pointer),
        }
        *json = row.to_string().into_bytes();
    }
}

fn remove(row: &mut Value, member: &str) {
    if let Some(members) = row.as_object_mut() {
        members.remove(member);
    }
}

fn overflow(row: &mut Value, pointer: &str) {
    if let Some(number) = row.pointer_mut(pointer) {
        *number = TOO_LARGE.into();
    }
}

fn insert_null(row: &mut Value, pointer: &str) {
    match row.pointer_mut(pointer) {
        Some(Value::Object(map)) => {
            map.insert("Note".to_owned(), Value::Null);
        }
        Some(Value::Array(list)) => list.push(Value::Null),
        _ => {}
    }
}
