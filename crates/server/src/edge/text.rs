//! Text that cannot be kept is refused here, for all use cases at once: U+0000, which PostgreSQL does not store.
//!
//! Halves of characters (lone surrogates) and bytes that are no UTF-8 are refused by the JSON parser.

use axum::http::{StatusCode, Uri};

use crate::kernel::Problem;

/// Refuses a JSON body with U+0000 in one of its strings or names.
pub(super) fn check_json(bytes: &[u8]) -> Result<(), Problem> {
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            0 => return Err(unkeepable()),
            b'\\' => {
                // An escaped backslash is no beginning of an escape.
                let escape = rest.as_slice();
                if escape.starts_with(b"u0000") {
                    return Err(unkeepable());
                }
                rest.next();
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses U+0000 in path and query.
pub(super) fn check_target(uri: &Uri) -> Result<(), Problem> {
    let holds = |text: &str| text.contains("%00");
    if holds(uri.path()) || uri.query().is_some_and(holds) {
        return Err(unkeepable());
    }
    Ok(())
}

fn unkeepable() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "text.unkeepable",
        "The text holds a character that cannot be kept",
        "Take the invisible character U+0000 out and send it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_character_itself_is_refused() {
        for body in [r#"{"a":"x\u0000"}"#, r#"{"\u0000":1}"#, r#"["\\\u0000"]"#, "\"\0\""] {
            assert!(check_json(body.as_bytes()).is_err(), "{body}");
        }
        for body in [r#"{"a":"\\u0000"}"#, r#"{"a":"\u0001 u0000 \n\\"}"#, r#"["\"\\"]"#, "", "\\"] {
            assert!(check_json(body.as_bytes()).is_ok(), "{body}");
        }
        for (target, fine) in [("/a?q=%00", false), ("/a%00", false), ("/a?q=%2500", true), ("/a?q=0", true)]
        {
            assert_eq!(check_target(&Uri::from_static(target)).is_ok(), fine, "{target}");
        }
    }
}
