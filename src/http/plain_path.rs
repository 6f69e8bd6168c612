//! Which paths of flags can be served, and stand in links as they are.

/// Whether this is an absolute path that no client and no proxy takes for another one.
pub(super) fn is_plain(path: &str) -> bool {
    // A second slash at its beginning would make the landing page's link lead to another host.
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_path_byte)
}

/// Whether a path may have the byte as it is (RFC 3986 section 3.3). Browsers write others in another
/// way before they ask, and take a backslash for a slash.
pub(super) fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte)
}
