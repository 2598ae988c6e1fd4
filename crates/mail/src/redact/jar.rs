//! Cookie files as browsers' helpers and cURL write them: seven columns, the last one is the value.

use super::{Found, MARK};

/// The text without the values of its cookie lines.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    if !text.contains("\tTRUE\t") && !text.contains("\tFALSE\t") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match value(line) {
            Some(at) => {
                out.push_str(&line[..at]);
                out.push_str(MARK);
                out.push_str(&line[line.trim_end().len()..]);
                found.add("cookie");
            }
            None => out.push_str(line),
        }
    }
    out
}

/// Where the value begins, if it is a line of a cookie file.
fn value(line: &str) -> Option<usize> {
    let columns: Vec<&str> = line.trim_end().splitn(7, '\t').collect();
    let flag = |text: &str| matches!(text, "TRUE" | "FALSE");
    let [_, all, _, secure, _, _, value] = columns.as_slice() else { return None };
    (flag(all) && flag(secure) && !value.is_empty()).then(|| line.trim_end().len() - value.len())
}
