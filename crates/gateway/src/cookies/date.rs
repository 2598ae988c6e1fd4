//! Dates in cookies and in the Date header (RFC 6265 §5.1.1, the parts that occur).

/// 2020-01-01: deletions name 1970 or so.
pub(super) const LONG_PAST: i64 = 1_577_836_800;

/// Seconds since 1970, or `None` when the text is no date.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (mut day, mut month, mut year, mut clock) = (None, None, None, None);
    for part in text.split([' ', ',', '-', '\t']).filter(|part| !part.is_empty()) {
        if part.contains(':') {
            clock = clock.or_else(|| time_of_day(part));
        } else if let Some(found) = month_of(part) {
            month = month.or(Some(found));
        } else if let Ok(number) = part.parse::<i64>() {
            match (day, year) {
                (None, _) if part.len() <= 2 => day = Some(number),
                (_, None) if part.len() == 4 => year = Some(number),
                (Some(_), None) if part.len() == 2 => {
                    year = Some(number + if number < 70 { 2000 } else { 1900 })
                }
                _ => {}
            }
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || !(1601..=9999).contains(&year) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + clock?)
}

fn month_of(part: &str) -> Option<i64> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = part.get(..3)?.to_ascii_lowercase();
    NAMES.iter().position(|name| *name == start).and_then(|at| i64::try_from(at + 1).ok())
}

fn time_of_day(part: &str) -> Option<i64> {
    let mut numbers = part.splitn(3, ':').map(|n| n.parse::<i64>().ok());
    let (h, m, s) = (numbers.next()??, numbers.next()??, numbers.next()??);
    (h < 24 && m < 60 && s < 61).then_some(h * 3600 + m * 60 + s)
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468
}
