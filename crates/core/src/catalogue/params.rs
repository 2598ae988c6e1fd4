//! Parameters of a query or a small body, read so that no other reading of them slips past a rule.
//!
//! A product may split at `;`, fold case, cut names at a bracket or decode twice. So each comparison
//! is made twice: *surely* (one reading, letter for letter) where something is let through, and
//! *possibly* (any reading a product might have) where something is to be stopped.

/// More parameters than these are not looked at; the request counts as unclear.
const MOST: usize = 200;
/// How many names go into the log, and how long each may be.
const LOGGED: usize = 20;
const LOGGED_CHARS: usize = 60;

/// What a rule names: a parameter, or one with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: Option<String>,
}

impl Param {
    /// Reads `name` or `name=value`; `None` when there is no name.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let plain = !name.is_empty() && name.trim() == name && !name.chars().any(char::is_control);
        plain.then(|| Self { name: name.to_owned(), value })
    }
}

/// One parameter as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    name: String,
    /// `None`: not a text, or one that cannot be read.
    value: Option<String>,
    /// The name may mean another one to somebody else.
    unclear: bool,
}

/// All parameters of a query, form or JSON object, in every reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    given: Vec<Given>,
    /// Something could not be read at all.
    unclear: bool,
}

impl Params {
    /// Reads a query or a form, split at `&` and, where one is there, at `;` as well.
    pub fn read(text: &str) -> Self {
        let mut params = Self::default();
        params.take(text.split('&'));
        if text.contains(';') {
            params.take(text.split(['&', ';']));
        }
        params
    }

    /// From names and texts that are already decoded.
    pub(super) fn decoded(pairs: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.push(Given { unclear: !is_plain(&name), name, value });
        }
        params
    }

    fn take<'t>(&mut self, segments: impl Iterator<Item = &'t str>) {
        for segment in segments.filter(|segment| !segment.is_empty()) {
            let (name, value) = segment.split_once('=').unwrap_or((segment, ""));
            let given = match decode(name) {
                Some(name) => Given { unclear: !is_plain(&name), name, value: decode(value) },
                None => Given { name: name.to_owned(), value: decode(value), unclear: true },
            };
            self.push(given);
        }
    }

    fn push(&mut self, given: Given) {
        if self.given.len() == MOST {
            self.unclear = true;
        } else if !self.given.contains(&given) {
            self.given.push(given);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && !self.unclear
    }

    /// Whether some reading holds one of `rules`.
    pub(super) fn possibly(&self, rules: &[Param]) -> bool {
        self.unclear
            || self.given.iter().any(|given| {
                rules
                    .iter()
                    .any(|rule| names(rule, given) && rule.value.as_deref().is_none_or(|v| means(v, given)))
            })
    }

    /// Whether every reading holds one of `rules` and nothing that could contradict it.
    pub(super) fn surely(&self, rules: &[Param]) -> bool {
        let touched: Vec<&Given> =
            self.given.iter().filter(|given| rules.iter().any(|rule| names(rule, given))).collect();
        !self.unclear && !touched.is_empty() && touched.into_iter().all(|given| is_listed(rules, given))
    }

    /// The parameters that none of `rules` names letter for letter.
    pub(super) fn unnamed<'p>(&'p self, rules: &[&[Param]]) -> Vec<&'p str> {
        let mut found: Vec<&str> = self
            .given
            .iter()
            .filter(|given| !rules.iter().any(|list| is_listed(list, given)))
            .map(shown)
            .collect();
        if self.unclear {
            found.push("?");
        }
        found
    }

    /// The only value of a parameter that is there exactly once.
    pub(super) fn only(&self, name: &str) -> Option<&str> {
        let rule = [Param { name: name.to_owned(), value: None }];
        let mut found = self.given.iter().filter(|given| names(&rule[0], given));
        match (found.next(), found.next()) {
            (Some(given), None) if given.name == name && !self.unclear => given.value.as_deref(),
            _ => None,
        }
    }

    /// Names for the log, never a value: what is no plain name stands as `?`.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for given in &self.given {
            let name = shown(given);
            if names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }
        shorten(names)
    }
}

/// At most as many names as the log takes.
pub(super) fn shorten(mut names: Vec<String>) -> Vec<String> {
    if names.len() > LOGGED {
        names.truncate(LOGGED);
        names.push("…".into());
    }
    names
}

fn shown(given: &Given) -> &str {
    if given.unclear || given.name.len() > LOGGED_CHARS { "?" } else { &given.name }
}

fn is_listed(rules: &[Param], given: &Given) -> bool {
    rules.iter().any(|rule| {
        rule.name == given.name
            && rule.value.as_deref().is_none_or(|value| given.value.as_deref() == Some(value))
    })
}

/// Letters that mean the same name to every product.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.[]:$".contains(&b))
}

/// Whether some product could take `given` for the parameter that `rule` names: other case, other
/// encoding, `name[]`, `name[key]`, `name.key`, or the whole of which `rule` names a part.
fn names(rule: &Param, given: &Given) -> bool {
    if given.unclear {
        return true;
    }
    let (wanted, found) = (steps(&rule.name), steps(&given.name));
    wanted.starts_with(&found) || found.starts_with(&wanted) || flat(&rule.name) == flat(&given.name)
}

fn steps(name: &str) -> Vec<String> {
    name.split(['[', ']', '.'])
        .map(|step| step.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|step| !step.is_empty())
        .collect()
}

/// As languages write it whose variables take neither dots nor dashes.
fn flat(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether some product could take the value for `wanted`.
fn means(wanted: &str, given: &Given) -> bool {
    let Some(value) = given.value.as_deref() else { return true };
    if value.contains('%') || value.chars().any(char::is_control) || !value.is_ascii() {
        return true;
    }
    let alike = |part: &str| part.trim().eq_ignore_ascii_case(wanted.trim());
    if alike(value) || value.split([',', '|', ';', ' ']).any(alike) {
        return true;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // Where a number is wanted, `01`, `+1`, `1.0` and `1x` can all be one.
    digits(wanted)
        && (value.starts_with('0') || !digits(value))
        && value.trim_start_matches([' ', '+', '0']).starts_with(wanted.trim_start_matches('0'))
}

/// Undoes `+` and `%XX`, once; `None` when that gives no text.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                out.push(u8::try_from(high << 4 | low).ok()?);
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(items: &[&str]) -> Vec<Param> {
        items.iter().filter_map(|item| Param::parse(item)).collect()
    }

    #[test]
    fn no_spelling_of_a_name_slips_past() {
        let owner = rules(&["owner"]);
        for query in [
            "owner=7",
            "a=1&owner=7",
            "owner",
            "%6fwner=7",
            "%6Fwne%72=7",
            "OWNER=7",
            "Owner=7",
            "owner[]=7",
            "owner[0]=7",
            "owner%5B%5D=7",
            "owner.id=7",
            "a=1;owner=7",
            "a;owner",
            "+owner=7",
            "owner+=7",
            "%20owner=7",
            "%256fwner=7",
            "own%00er=7",
            "owner%00=7",
            "&&owner=7",
            "amp;owner=7",
            "_owner=7",
            "%EF%BD%8Fwner=7",
            "owner[=7",
            "%zz=1",
            "own%ff=1",
            "%u006fwner=7",
        ] {
            assert!(Params::read(query).possibly(&owner), "{query}");
        }
        for query in ["", "page=2", "owners=7", "co-owner=7", "q=owner", "q=owner%3D7"] {
            assert!(!Params::read(query).possibly(&owner), "{query}");
        }
    }

    #[test]
    fn no_spelling_of_a_value_slips_past() {
        let close = rules(&["action=close"]);
        for query in [
            "action=close",
            "action=CLOSE",
            "action=cl%6fse",
            "action=show&action=close",
            "action=close&action=show",
            "action=+close",
            "action=close%00",
            "action=cl%256fse",
            "action[]=close",
            "action=show,close",
            "action=show;action=close",
            "action=%ff",
        ] {
            assert!(Params::read(query).possibly(&close), "{query}");
        }
        for query in ["action=show", "action=", "action", "q=close", "action=closed"] {
            assert!(!Params::read(query).possibly(&close), "{query}");
        }
        for query in ["state=2", "state=02", "state=%202", "state=2.0", "state=2x", "state=+2"] {
            assert!(Params::read(query).possibly(&rules(&["state=2"])), "{query}");
        }
        assert!(!Params::read("state=20").possibly(&rules(&["state=2"])));
        assert!(!Params::read("state=1").possibly(&rules(&["state=2"])));
    }

    #[test]
    fn a_part_of_a_nested_name_is_found_in_the_whole_and_the_other_way_round() {
        let rule = rules(&["ticket[owner]"]);
        for query in [
            "ticket[owner]=1",
            "ticket%5Bowner%5D=1",
            "ticket.owner=1",
            "ticket[owner][id]=1",
            "ticket=x",
            "ticket_owner=1",
        ] {
            assert!(Params::read(query).possibly(&rule), "{query}");
        }
        assert!(!Params::read("ticket[title]=1").possibly(&rule));
    }

    #[test]
    fn surely_is_one_reading_letter_for_letter() {
        let list = rules(&["page=list"]);
        for query in ["page=list", "page=list&limit=5", "page=list&page=list"] {
            assert!(Params::read(query).surely(&list), "{query}");
        }
        for query in [
            "",
            "limit=5",
            "page=list&page=edit",
            "Page=list",
            "page[]=list",
            "page=list;page=edit",
            "page=list&%zz",
        ] {
            assert!(!Params::read(query).surely(&list), "{query}");
        }
    }

    #[test]
    fn only_what_is_named_letter_for_letter_is_named() {
        let allowed = rules(&["page", "sort=name"]);
        let unnamed = |query| Params::read(query).unnamed(&[&allowed]).join(" ");
        assert_eq!(unnamed("page=2&sort=name&p%61ge=3"), "");
        assert_eq!(unnamed("sort=secret&PAGE=1&page[]=2&page;x=1&fields=a"), "sort PAGE page[] ? fields x");
        assert_eq!(unnamed("%zz=1"), "?");
    }

    #[test]
    fn the_log_gets_names_and_never_a_value() {
        let names = Params::read("q=M%C3%BCller&q=x&John+Doe=1&a[b]=2&x").names();
        assert_eq!(names, ["q", "?", "a[b]", "x"]);
        let many: Vec<String> = (0..300).map(|n| format!("n{n}=secret")).collect();
        let params = Params::read(&many.join("&"));
        assert_eq!(params.names().len(), 21);
        assert!(params.possibly(&rules(&["elsewhere"])), "what is not looked at is unclear");
    }
}
