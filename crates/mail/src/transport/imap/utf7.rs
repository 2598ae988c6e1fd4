//! Names of folders as IMAP writes them: modified UTF-7 (RFC 3501 §5.1.3).

use data_encoding::BASE64_NOPAD;

/// Encodes a folder's name.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut other = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut encoded, &mut other);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0; 2];
            other.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut encoded, &mut other);
    encoded
}

fn flush(encoded: &mut String, other: &mut Vec<u8>) {
    if !other.is_empty() {
        encoded.push('&');
        encoded.push_str(&BASE64_NOPAD.encode(other).replace('/', ","));
        encoded.push('-');
        other.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn folders_with_umlauts_are_found() {
        assert_eq!(encode("INBOX"), "INBOX");
        assert_eq!(encode("INBOX/Anträge"), "INBOX/Antr&AOQ-ge");
        assert_eq!(encode("Fragen & Antworten"), "Fragen &- Antworten");
        assert_eq!(encode("台北"), "&U,BTFw-");
    }
}
