//! Telephone numbers: out of any usual spelling into E.164, and back for people to read (rule P6).

use axum::http::StatusCode;
use phonenumber::{Mode, country};

use crate::cx::Problem;

/// The longest text that is looked at.
const TEXT_MAX: usize = 40;
/// Digits of a number with its country code (ITU-T E.164 §6).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A number in E.164 as `+493023125100`, out of any usual spelling; `None` when it is none.
///
/// A leading `+` or `00` begins a country code; anything else is a national number of `home` (a country
/// as `DE`), and has to be one that exists there.
pub fn e164(text: &str, home: &str) -> Option<String> {
    let text = text.trim().replace("(0)", "");
    let only = text.chars().all(|c| c.is_ascii_digit() || "+ ()-–/.\u{a0}\u{202f}".contains(c));
    if !only || text.chars().count() > TEXT_MAX {
        return None;
    }
    let bare: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let international = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
    match international {
        // What stands with its country code is believed: numbering plans change faster than tables.
        Some(digits) => {
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            (plain && DIGITS.contains(&digits.len())).then(|| format!("+{digits}"))
        }
        None => {
            let home: country::Id = home.parse().ok()?;
            let number =
                phonenumber::parse(Some(home), &bare).ok().filter(phonenumber::PhoneNumber::is_valid)?;
            Some(number.format().mode(Mode::E164).to_string())
        }
    }
}

/// A number in E.164 as people read it: `+49 30 23125100`.
pub fn display(number: &str) -> String {
    let parsed = phonenumber::parse(None, number).ok();
    parsed.map_or_else(|| number.to_owned(), |n| n.format().mode(Mode::International).to_string())
}

/// The number proves nothing, and cannot be called back.
pub(crate) fn unregistered() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "call.unregistered_number",
        "This number is not registered for this contact",
        "Call back on a registered number; nothing else proves who is speaking.",
    )
}

#[cfg(test)]
mod tests {
    use super::{display, e164};

    #[test]
    fn p6_numbers_are_read_in_any_spelling() {
        for text in [
            "+49 30 23125 100",
            "0049 30 23125-100",
            "+49 (30) 23125/100",
            "+493023125100",
            "+49 (0)30 23125100",
            "030 23125100",
            "030/23125-100",
            " (030) 231 251 00 ",
            "03023125100",
            "+49\u{a0}30\u{a0}23125100",
        ] {
            assert_eq!(e164(text, "DE").as_deref(), Some("+493023125100"), "{text}");
        }
        for text in [
            "Oduya",
            "+49",
            "++4930231251",
            "10001",
            "+0493023125100",
            "030 23125100 x",
            "",
            "+",
            "0",
            "00",
            "123456789012345678",
            "+49302312510023125100",
        ] {
            assert_eq!(e164(text, "DE"), None, "{text}");
        }
        assert_eq!(e164("030 23125100", "XX"), None);
        assert_eq!(e164("01 53240000", "AT").as_deref(), Some("+43153240000"));
    }

    #[test]
    fn p6_numbers_are_shown_as_people_read_them() {
        assert_eq!(display("+493023125100"), "+49 30 23125100");
        assert_eq!(display("+46405550199"), "+46 40 555 01 99");
        assert_eq!(display("+999123"), "+999123");
    }
}
