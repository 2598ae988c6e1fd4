//! The nine digits of a PIN: eight derived from a key, one check digit.
//!
//! The database keeps a PIN's id only; without the key, which lies outside it, nothing there tells
//! the digits (control 1). Must never be printed by accident: `Debug` shows none.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::kernel::PinId;

/// The nine digits of a support PIN, each 0 to 9. Equality takes the same time for every pair.
#[derive(Clone, Copy)]
pub struct PinDigits([u8; 9]);

/// The typed text is no PIN at all. Costs no attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistyped {
    /// Something other than digits and the usual separators.
    Character,
    /// Not nine digits.
    Length,
    /// The check digit does not fit.
    Check,
}

impl Mistyped {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        "pin.mistyped"
    }
}

impl fmt::Display for Mistyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Character => "a PIN has digits only",
            Self::Length => "a PIN has nine digits",
            Self::Check => "the check digit does not fit: a digit is wrong or two are swapped",
        })
    }
}

impl std::error::Error for Mistyped {}

/// The digits of a PIN: HMAC-SHA-256 of its id, reduced to eight digits, and a Damm check digit.
///
/// 128 bits modulo 10^8: no digit string is likelier than another by more than 2^-100.
pub fn digits(key: &[u8; 32], id: PinId) -> PinDigits {
    let bytes = derive(key, b"pforte/pin/digits/1", id.0.as_bytes());
    let mut wide = [0; 16];
    wide.copy_from_slice(&bytes[..16]);
    let mut rest = u128::from_be_bytes(wide) % 100_000_000;
    let mut digits = [0; 9];
    for digit in digits[..8].iter_mut().rev() {
        *digit = (rest % 10) as u8;
        rest /= 10;
    }
    digits[8] = check_digit(&digits[..8]);
    PinDigits(digits)
}

/// HMAC-SHA-256 over a purpose and an id, so that no two purposes ever share an output.
pub(super) fn derive(key: &[u8; 32], purpose: &[u8], id: &[u8; 16]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(purpose);
    mac.update(&[0]);
    mac.update(id);
    mac.finalize().into_bytes().into()
}

/// Reads what somebody typed; spaces, dashes and dots may stand anywhere.
pub fn parse(text: &str) -> Result<PinDigits, Mistyped> {
    let mut digits = [0; 9];
    let mut count = 0;
    for c in text.chars() {
        match c {
            '0'..='9' if count == 9 => return Err(Mistyped::Length),
            '0'..='9' => {
                digits[count] = c as u8 - b'0';
                count += 1;
            }
            ' ' | '\t' | '-' | '.' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2010}'..='\u{2013}' => {}
            _ => return Err(Mistyped::Character),
        }
    }
    if count != 9 {
        return Err(Mistyped::Length);
    }
    if check_digit(&digits) == 0 { Ok(PinDigits(digits)) } else { Err(Mistyped::Check) }
}

impl PinDigits {
    /// The nine digits in a row, for the one page that shows them to their owner.
    pub fn reveal(&self) -> String {
        self.0.iter().map(|d| char::from(b'0' + d)).collect()
    }

    /// The digits as one reads them out: 3+3+3.
    pub fn reveal_grouped(&self) -> String {
        let plain = self.reveal();
        format!("{} {} {}", &plain[..3], &plain[3..6], &plain[6..])
    }
}

impl PartialEq for PinDigits {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for PinDigits {}

impl fmt::Debug for PinDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinDigits(…)")
    }
}

/// Damm's totally anti-symmetric quasigroup of order ten: a wrong digit, or two swapped neighbours,
/// never lead to the same interim digit.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The digit that makes a row of digits check; 0 for a row that ends with its own.
fn check_digit(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |interim, &digit| DAMM[usize::from(interim)][usize::from(digit)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_a_totally_anti_symmetric_quasigroup() {
        for (a, row) in DAMM.iter().enumerate() {
            assert_eq!(row[a], 0, "the diagonal is the check digit");
            for b in 0..10 {
                for c in (0..10).filter(|c| *c != b) {
                    assert_ne!(row[b], row[c], "row {a} repeats");
                    assert_ne!(DAMM[b][a], DAMM[c][a], "column {a} repeats");
                    let (bc, cb) = (DAMM[usize::from(row[b])][c], DAMM[usize::from(row[c])][b]);
                    assert_ne!(bc, cb, "{a}: {b} and {c} may be swapped unseen");
                }
            }
        }
    }

    #[test]
    fn the_check_digit_is_the_published_one() {
        assert_eq!(check_digit(&[5, 7, 2]), 4);
        assert_eq!(check_digit(&[5, 7, 2, 4]), 0);
    }
}
