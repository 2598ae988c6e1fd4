//! Links with a secret in them: what waits in the queue holds the secret sealed, with a key that is outside of the
//! database. It is opened when the mail is sent.
//!
//! Must be the only way to write such a link into a mail.

use crate::cx::{App, Secrets};

/// Parts what was sealed here from everything else that is sealed with the same key.
const PURPOSE: &[u8] = b"pforte mail link\0";
/// Around a sealed secret.
const OPEN: &str = "⟦";
const CLOSE: &str = "⟧";

/// The address of one of our pages with a secret behind `#`, as a mail's text holds it until it is sent.
pub fn sealed_link(app: &App, page: &str, secret: &str) -> String {
    let plain = [PURPOSE, secret.as_bytes()].concat();
    // Sealing a few bytes does not fail; if it did, the link would lead nowhere.
    let sealed = app.secrets.seal(app.sources.bytes(), &plain).unwrap_or_default();
    format!("{}{page}#{OPEN}{sealed}{CLOSE}", app.settings.public_origin)
}

/// The text as it is sent. What was not sealed here stays as it is: somebody wrote it.
pub(crate) fn with_links(secrets: &Secrets, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        let found =
            after.split_once(CLOSE).and_then(|(sealed, behind)| Some((opened(secrets, sealed)?, behind)));
        rest = match found {
            Some((secret, behind)) => {
                out.push_str(&secret);
                behind
            }
            None => {
                out.push_str(OPEN);
                after
            }
        };
    }
    out.push_str(rest);
    out
}

fn opened(secrets: &Secrets, sealed: &str) -> Option<String> {
    let plain = secrets.open(sealed)?;
    String::from_utf8(plain.strip_prefix(PURPOSE)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_for_a_link_is_opened() {
        let secrets = Secrets::new([1; 32], &[2; 32], vec![]);
        let seal = |plain: &[u8]| secrets.seal([3; 24], plain).expect("seals");
        let link = seal(&[PURPOSE, b"token"].concat());
        let other = seal(b"a secret for one-time codes");
        let text = format!("⟦ here⟧: https://a.example/x#⟦{link}⟧, ⟦{other}⟧ ⟦");
        let sent = with_links(&secrets, &text);
        assert_eq!(sent, format!("⟦ here⟧: https://a.example/x#token, ⟦{other}⟧ ⟦"));
        let foreign = Secrets::new([1; 32], &[4; 32], vec![]);
        assert_eq!(with_links(&foreign, &text), text);
    }
}
