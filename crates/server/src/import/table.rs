//! A file of lines out of any spreadsheet: its encoding, its separator, its columns.
//!
//! Pure and bounded. Must never guess what a line means: what cannot be read is told with its line.

use std::collections::BTreeMap;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use pforte_core::kernel::fold;

use crate::cx::Problem;

/// The largest file that is read, in bytes.
pub const BYTES: usize = 1024 * 1024;
/// Lines of one file.
pub const LINES: usize = 1_000;
/// Columns of one file.
const COLUMNS: usize = 100;
/// The longest field, in characters.
const FIELD: usize = 1_000;

/// A file as it was read.
#[derive(Debug)]
pub struct Table {
    pub encoding: &'static str,
    pub separator: char,
    /// The first line, as it stands.
    pub header: Vec<String>,
    pub lines: Vec<Line>,
}

/// One line of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// As editors and spreadsheets count, the first line being 1.
    pub number: u64,
    fields: Vec<String>,
}

/// Why a line cannot be taken, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub line: u64,
    /// The column as the file calls it.
    pub column: Option<String>,
    pub code: &'static str,
    /// What to do, in English.
    pub detail: String,
}

fn unreadable(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, code, "This file cannot be read", detail)
}

/// UTF-8 with and without its mark, UTF-16 with it, else what Windows wrote before (which holds Latin-1).
fn decode(bytes: &[u8]) -> (&'static str, String) {
    let (encoding, name) = if bytes.starts_with(&[0xff, 0xfe]) {
        (UTF_16LE, "utf-16")
    } else if bytes.starts_with(&[0xfe, 0xff]) {
        (UTF_16BE, "utf-16")
    } else if std::str::from_utf8(bytes).is_ok() {
        (UTF_8, "utf-8")
    } else {
        (WINDOWS_1252, "windows-1252")
    };
    (name, encoding.decode(bytes).0.into_owned())
}

/// What stands between two fields: what the first line has most of, outside of quotes.
fn separator(head: &str) -> char {
    let mut quoted = false;
    let mut counts = BTreeMap::new();
    for c in head.chars() {
        match c {
            '"' => quoted = !quoted,
            ';' | ',' | '\t' if !quoted => *counts.entry(c).or_insert(0_u32) += 1,
            _ => {}
        }
    }
    [';', '\t', ','].into_iter().max_by_key(|c| counts.get(c).copied().unwrap_or(0)).unwrap_or(';')
}

/// Reads a file; its first line names the columns.
pub fn read(bytes: &[u8]) -> Result<Table, Problem> {
    let (encoding, text) = decode(bytes);
    let mut text = text.trim_start_matches('\u{feff}');
    let mut begins = 1;
    let mut chosen = None;
    // Spreadsheets write it there for themselves.
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(sign) = rest.chars().next()
    {
        chosen = Some(sign).filter(|sign| matches!(sign, ';' | ',' | '\t'));
        text = rest.split_once('\n').map_or("", |(_, rest)| rest);
        begins = 2;
    }
    let separator = chosen.unwrap_or_else(|| separator(text.lines().next().unwrap_or_default()));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(separator).unwrap_or(b';'))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut all = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| unreadable("import.unreadable", error.to_string()))?;
        let number = record.position().map_or(0, |at| line_of(text, at)) + begins - 1;
        let fields: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
        if fields.iter().all(String::is_empty) {
            continue;
        }
        all.push(Line { number, fields });
        if all.len() > LINES + 1 {
            let detail = format!("Up to {LINES} lines are taken at a time. Split the file.");
            return Err(unreadable("import.too_many", detail));
        }
    }
    if all.len() < 2 {
        let detail = "The first line names the columns, and at least one more has to follow.";
        return Err(unreadable("import.empty", detail));
    }
    let header = all.remove(0).fields;
    if header.len() > COLUMNS {
        return Err(unreadable("import.too_many", format!("Up to {COLUMNS} columns are taken.")));
    }
    Ok(Table { encoding, separator, header, lines: all })
}

/// The line in which a record begins; what was skipped before it is counted as well.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let begin = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(begin..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    at.line() + u64::try_from(blank).unwrap_or(0)
}

/// A column's name as it is compared: `E-Mail-Adresse` is `emailadresse`.
pub fn plain(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What the columns of a file mean; `meaning` knows the names. Columns without one are left out.
pub fn columns<M: Copy + Ord>(
    table: &Table,
    meaning: impl Fn(&str) -> Option<M>,
    (needed, several): (&[(M, &str)], &[M]),
) -> Result<Columns<M>, Problem> {
    let mut found: BTreeMap<M, Vec<usize>> = BTreeMap::new();
    for (at, name) in table.header.iter().enumerate() {
        let Some(means) = meaning(name) else { continue };
        let places = found.entry(means).or_default();
        if !places.is_empty() && !several.contains(&means) {
            let other = &table.header[places[0]];
            let detail = format!("The columns “{other}” and “{name}” mean the same. Leave one of them out.");
            return Err(unreadable("import.column_twice", detail));
        }
        places.push(at);
    }
    let missing: Vec<&str> =
        needed.iter().filter(|(means, _)| !found.contains_key(means)).map(|(_, name)| *name).collect();
    if !missing.is_empty() {
        let detail = format!(
            "These columns are missing: {}. The first line has to name them; what stands between two fields is “{}”.",
            missing.join(", "),
            if table.separator == '\t' { "tab".to_owned() } else { table.separator.to_string() },
        );
        let mut problem = unreadable("import.column_missing", detail);
        problem.fields = missing.into_iter().map(|name| (name.to_owned(), "missing".to_owned())).collect();
        return Err(problem);
    }
    Ok(Columns { found, header: table.header.clone() })
}

/// Where in a line what stands.
#[derive(Debug)]
pub struct Columns<M> {
    found: BTreeMap<M, Vec<usize>>,
    header: Vec<String>,
}

impl<M: Copy + Ord> Columns<M> {
    /// What a line says; empty where it says nothing.
    pub fn field<'a>(&self, line: &'a Line, means: M) -> &'a str {
        self.fields(line, means).next().unwrap_or_default()
    }

    /// Everything a line says of what may stand in several columns.
    pub fn fields<'a>(&self, line: &'a Line, means: M) -> impl Iterator<Item = &'a str> {
        let places = self.found.get(&means).cloned().unwrap_or_default();
        places.into_iter().filter_map(|at| line.fields.get(at)).map(String::as_str)
    }

    /// A flaw of one field.
    pub fn flaw(&self, line: &Line, means: M, code: &'static str, detail: impl Into<String>) -> Flaw {
        let place = self.found.get(&means).and_then(|places| places.first());
        let column = place.and_then(|at| self.header.get(*at)).cloned();
        Flaw { line: line.number, column, code, detail: detail.into() }
    }

    /// Which of the file's columns have no meaning.
    pub fn unknown(&self) -> Vec<String> {
        let known: Vec<_> = self.found.values().flatten().collect();
        let unknown =
            self.header.iter().enumerate().filter(|(at, name)| !name.is_empty() && !known.contains(&at));
        unknown.map(|(_, name)| name.clone()).collect()
    }

    /// What is wrong with a line before its fields are looked at.
    pub fn shape(&self, line: &Line) -> Option<Flaw> {
        let flaw = |code, detail: String| Some(Flaw { line: line.number, column: None, code, detail });
        if line.fields.len() > self.header.len() {
            let (has, names) = (line.fields.len(), self.header.len());
            return flaw(
                "import.too_many_fields",
                format!(
                    "The line has {has} fields, the first line names {names}. Quote a field with a separator in it."
                ),
            );
        }
        let odd =
            line.fields.iter().position(|f| f.chars().any(char::is_control) || f.chars().count() > FIELD);
        let at = odd?;
        Some(Flaw {
            line: line.number,
            column: self.header.get(at).cloned(),
            code: "import.line_break",
            detail: "A quote is not closed, or a line break stands in this field.".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> (&'static str, char, Vec<Vec<String>>) {
        let table = read(bytes).expect("readable");
        let mut all = vec![table.header];
        all.extend(table.lines.into_iter().map(|line| line.fields));
        (table.encoding, table.separator, all)
    }

    #[test]
    fn u11_a_file_is_read_however_a_spreadsheet_wrote_it() {
        let wanted =
            vec![vec!["Nummer".to_owned(), "Name".into()], vec!["7".into(), "Öl; \"gut\", GmbH".into()]];
        let text = "Nummer;Name\r\n7;\"Öl; \"\"gut\"\", GmbH\"\r\n";
        let comma = text.replace("Nummer;Name", "Nummer,Name").replace("7;", "7,");
        let utf16: Vec<u8> =
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding, separator) in [
            (text.as_bytes().to_vec(), "utf-8", ';'),
            (format!("\u{feff}{text}").into_bytes(), "utf-8", ';'),
            (format!("sep=;\r\n{text}").into_bytes(), "utf-8", ';'),
            (comma.clone().into_bytes(), "utf-8", ','),
            (comma.replace("7,", "7\t").replace("Nummer,", "Nummer\t").into_bytes(), "utf-8", '\t'),
            (text.chars().map(|c| c as u32 as u8).collect(), "windows-1252", ';'),
            (utf16, "utf-16", ';'),
        ] {
            assert_eq!(cells(&bytes), (encoding, separator, wanted.clone()), "{separator:?} {encoding}");
        }
    }

    #[test]
    fn u11_lines_are_counted_as_editors_do() {
        let table = read(b"Number;Name\n\n1;A\n;\n\"2\";\"B\nC\"\n3;D\n").expect("readable");
        let numbers: Vec<_> = table.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [3, 5, 7]);
        let table = read(b"sep=;\nNumber;Name\n1;A\n").expect("readable");
        assert_eq!(table.lines[0].number, 3);
    }

    #[test]
    fn u11_what_is_no_table_is_refused() {
        let many = format!("Number\n{}", "1\n".repeat(LINES + 1));
        for (bytes, code) in
            [("", "import.empty"), ("Number;Name\n", "import.empty"), (many.as_str(), "import.too_many")]
        {
            assert_eq!(read(bytes.as_bytes()).map(|_| ()).expect_err("refused").code, code);
        }
        let table = read(b"Number;Firma;Firma\n1;A;B\n").expect("readable");
        let meaning = |name: &str| match plain(name).as_str() {
            "number" => Some(1),
            "firma" => Some(2),
            _ => None,
        };
        let twice = columns(&table, meaning, (&[], &[])).expect_err("twice");
        assert_eq!(twice.code, "import.column_twice");
        let missing = columns(&table, |_| None::<u8>, (&[(1, "number")], &[])).expect_err("missing");
        assert_eq!(missing.code, "import.column_missing");
    }
}
