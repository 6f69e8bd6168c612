//! Which paths of flags can be served, and stand in links as they are.

/// Whether this is an absolute path that no client and no proxy takes for another one.
pub(super) fn is_plain(path: &str) -> bool {
    // A second slash at its beginning would make the landing page's link lead to another host.
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_plain_byte)
}

fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"?#%\\".contains(&byte)
}
