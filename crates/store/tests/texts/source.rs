//! The texts of statements, read from the source as the compiler reads them: literals, `concat!`, and the small macros
//! that put a fixed text together. What is put together while the program runs goes through `Statement`.

use std::{collections::BTreeMap, fs, path::Path};

/// A piece of Rust.
#[derive(Clone, Debug)]
enum Token {
    Text(String),
    Word(String),
    Mark(char),
    /// What stands in brackets, and the line where they open.
    Group(char, usize, Vec<Token>),
}

/// A text that the database gets, and where it stands.
#[derive(Clone, Debug)]
pub struct Text {
    pub file: String,
    pub line: usize,
    pub sql: String,
}

/// A source file.
pub struct Source {
    name: String,
    tokens: Vec<Token>,
}

/// A macro that makes a text: the names of its parameters, and its body.
struct Maker {
    parameters: Vec<String>,
    body: Vec<Token>,
}

/// Every file of the store.
pub fn sources() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    read(&folder, &folder, &mut found);
    assert!(found.len() > 30, "only {} files were found", found.len());
    found
}

fn read(top: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            read(top, &path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            let name = path.strip_prefix(top).expect("below").to_string_lossy().into_owned();
            let tokens = Reader { rest: text.chars().collect(), at: 0, line: 1 }.group(None);
            found.push(Source { name, tokens: without_tests(tokens) });
        }
    }
}

/// Without what stands under `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let is_test = matches!(&token, Token::Mark('#'))
            && matches!(rest.peek(), Some(Token::Group('[', _, inner))
                if matches!(inner.first(), Some(Token::Word(word)) if word == "cfg"));
        if is_test {
            for token in rest.by_ref() {
                if matches!(token, Token::Group('{', ..) | Token::Mark(';')) {
                    break;
                }
            }
        } else {
            kept.push(token);
        }
    }
    kept
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.get(self.at).copied()?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn sees(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(n, c)| self.rest.get(self.at + n) == Some(&c))
    }

    fn group(&mut self, close: Option<char>) -> Vec<Token> {
        let mut tokens = Vec::new();
        loop {
            if self.sees("//") {
                while self.next().is_some_and(|c| c != '\n') {}
                continue;
            }
            let line = self.line;
            let Some(c) = self.next() else {
                assert_eq!(close, None, "a bracket is not closed");
                return tokens;
            };
            match c {
                _ if Some(c) == close => return tokens,
                '(' => tokens.push(Token::Group(c, line, self.group(Some(')')))),
                '[' => tokens.push(Token::Group(c, line, self.group(Some(']')))),
                '{' => tokens.push(Token::Group(c, line, self.group(Some('}')))),
                '"' => tokens.push(Token::Text(self.text())),
                'r' if self.sees("\"") || self.sees("#\"") => panic!("line {line}: a raw text"),
                '\'' => self.quote(),
                _ if c.is_alphanumeric() || c == '_' => {
                    let mut word = String::from(c);
                    while self.rest.get(self.at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                        word.extend(self.next());
                    }
                    tokens.push(Token::Word(word));
                }
                _ if c.is_whitespace() => {}
                _ => tokens.push(Token::Mark(c)),
            }
        }
    }

    /// A character, or a lifetime.
    fn quote(&mut self) {
        if self.sees("\\") {
            self.next();
            self.next();
            while self.next().is_some_and(|c| c != '\'') {}
        } else if self.rest.get(self.at + 1) == Some(&'\'') {
            self.next();
            self.next();
        }
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        loop {
            match self.next().expect("the end of a text") {
                '"' => return text,
                '\\' => match self.next().expect("what is escaped") {
                    '\n' => {
                        while self.rest.get(self.at).is_some_and(|c| c.is_whitespace()) {
                            self.next();
                        }
                    }
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'u' => while self.next().is_some_and(|c| c != '}') {},
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
    }
}

/// Every fixed text of the store.
pub struct Texts {
    makers: BTreeMap<(String, String), Maker>,
    pub found: Vec<Text>,
    /// Where a text is used that was not found.
    pub missing: Vec<String>,
    /// Where statements are put together while the program runs.
    pub assembled: Vec<String>,
    /// How many statements are run from each file.
    pub runs: BTreeMap<String, usize>,
}

/// What runs a text, and at which place the text stands among the arguments.
const RUNNERS: [(&str, usize); 4] = [("run", 1), ("one", 2), ("all", 2), ("raw", 0)];

/// Functions that are given the texts that they run, as `&'static str` or as a `Statement`.
const RUN_OTHERS: [(&str, &str); 3] =
    [("conn.rs", "raw"), ("statement.rs", "all"), ("name_key.rs", "fill_rows")];

impl Texts {
    pub fn of(sources: &[Source]) -> Self {
        let mut texts = Self {
            makers: BTreeMap::new(),
            found: vec![],
            missing: vec![],
            assembled: vec![],
            runs: BTreeMap::new(),
        };
        for source in sources {
            texts.add_makers(source, &source.tokens);
        }
        // Twice: what puts texts together may stand below what runs them.
        for _ in 0..2 {
            (texts.found, texts.missing, texts.runs) = Default::default();
            for source in sources {
                texts.walk(source, &source.tokens, 1, "");
            }
        }
        texts
    }

    fn add_makers(&mut self, source: &Source, tokens: &[Token]) {
        for (n, token) in tokens.iter().enumerate() {
            if let Token::Group(_, _, inner) = token {
                self.add_makers(source, inner);
            }
            let [Token::Word(word), Token::Mark('!'), Token::Word(name), Token::Group(_, _, arms), ..] =
                &tokens[n..]
            else {
                continue;
            };
            // One way to be called, `($a:literal, …) => { … }`.
            let [
                Token::Group('(', _, parameters),
                Token::Mark('='),
                Token::Mark('>'),
                Token::Group('{', _, body),
                ..,
            ] = &arms[..]
            else {
                continue;
            };
            if word == "macro_rules" && !body.is_empty() {
                let parameters = parameters.windows(2).filter_map(|pair| match pair {
                    [Token::Mark('$'), Token::Word(name)] => Some(name.clone()),
                    _ => None,
                });
                let maker = Maker { parameters: parameters.collect(), body: body.clone() };
                self.makers.insert((source.name.clone(), name.clone()), maker);
            }
        }
    }

    /// The text that begins here, and how many tokens it takes.
    fn text(&self, file: &str, tokens: &[Token]) -> Option<(String, usize)> {
        match tokens {
            [Token::Text(text), ..] => Some((text.clone(), 1)),
            [Token::Word(module), Token::Mark(':'), Token::Mark(':'), rest @ ..] => {
                let (text, length) = self.text(&format!("{module}.rs"), rest)?;
                matches!(rest.first(), Some(Token::Word(_))).then_some((text, length + 3))
            }
            [Token::Word(name), Token::Mark('!'), Token::Group(_, _, arguments), ..] => {
                let arguments = arguments.split(|token| matches!(token, Token::Mark(',')));
                let arguments: Vec<&[Token]> = arguments.filter(|argument| !argument.is_empty()).collect();
                let whole = |argument: &&[Token]| {
                    let (text, length) = self.text(file, argument)?;
                    (length == argument.len()).then_some(text)
                };
                let texts: Vec<String> = arguments.iter().map(whole).collect::<Option<_>>()?;
                if name == "concat" {
                    return Some((texts.concat(), 3));
                }
                let maker = self.makers.get(&(file.to_owned(), name.clone()))?;
                let known: BTreeMap<&String, &String> = maker.parameters.iter().zip(&texts).collect();
                let body = filled(&maker.body, &known);
                let (text, length) = self.text(file, &body)?;
                (length == body.len() && known.len() == texts.len()).then_some((text, 3))
            }
            _ => None,
        }
    }

    fn walk(&mut self, source: &Source, tokens: &[Token], line: usize, function: &str) {
        let mut function = function.to_owned();
        let mut n = 0;
        while n < tokens.len() {
            match &tokens[n..] {
                [Token::Word(word), Token::Mark('!'), Token::Word(_), Token::Group(..), ..]
                    if word == "macro_rules" =>
                {
                    n += 4;
                    continue;
                }
                [Token::Word(word), Token::Word(name), ..] if word == "fn" => function.clone_from(name),
                [
                    Token::Word(word),
                    Token::Mark(':'),
                    Token::Mark(':'),
                    Token::Word(new),
                    Token::Group(..),
                    ..,
                ] if word == "Statement" && new == "new" => {
                    self.assembled.push(format!("{}: {function}", source.name));
                    n += 5;
                    continue;
                }
                [Token::Word(word), Token::Mark('!'), Token::Group(_, _, inner), ..]
                    if word == "format"
                        && matches!(inner.first(), Some(Token::Text(text)) if is_statement(text)) =>
                {
                    self.assembled.push(format!("{}: {function}", source.name));
                    n += 3;
                    continue;
                }
                _ => {}
            }
            self.look_at_run(source, &tokens[n..], line, &function);
            if let Some((sql, length)) = self.text(&source.name, &tokens[n..]) {
                if is_statement(&sql) {
                    self.found.push(Text { file: source.name.clone(), line, sql });
                }
                n += length;
                continue;
            }
            if let Token::Group(_, line, inner) = &tokens[n] {
                self.walk(source, inner, *line, &function);
            }
            n += 1;
        }
    }

    /// Where something is run: its text has to be one that was found, directly or by its name in the same file.
    fn look_at_run(&mut self, source: &Source, here: &[Token], line: usize, function: &str) {
        let (place, arguments) = match here {
            [Token::Word(name), Token::Mark('!'), Token::Group('(', _, arguments), ..] => {
                let Some((_, place)) = RUNNERS.iter().find(|(runner, _)| runner == name) else { return };
                (*place, arguments)
            }
            [Token::Mark('.'), Token::Word(name), Token::Group('(', _, arguments), ..] if name == "raw" => {
                (0, arguments)
            }
            [Token::Mark(':'), Token::Word(name), rest @ ..] if name.starts_with("query") => {
                let arguments = rest.iter().find_map(|token| match token {
                    Token::Group('(', _, arguments) => Some(arguments),
                    _ => None,
                });
                let Some(arguments) = arguments else { return };
                (0, arguments)
            }
            _ => return,
        };
        // What runs the others' texts.
        if RUN_OTHERS.contains(&(source.name.as_str(), function)) {
            return;
        }
        *self.runs.entry(source.name.clone()).or_default() += 1;
        let mut parts = split(arguments);
        let Some(sql) = (place < parts.len()).then(|| parts.swap_remove(place)) else {
            self.missing.push(format!("{}:{line} {function}: no text", source.name));
            return;
        };
        if let Some((text, length)) = self.text(&source.name, sql) {
            if length != sql.len() {
                self.missing.push(format!("{}:{line} {function}: {text}", source.name));
            } else if !is_statement(&text) {
                self.found.push(Text { file: source.name.clone(), line, sql: text });
            }
            return;
        }
        if self.holds(source, sql) || self.is_assembled(source, sql) {
            return;
        }
        let name = sql.iter().find_map(|token| match token {
            Token::Word(name) => Some(name.clone()),
            _ => None,
        });
        let plain = sql.iter().all(|token| matches!(token, Token::Word(_) | Token::Mark('*')));
        let named = name.is_some_and(|name| plain && self.is_named(source, &source.tokens, function, &name));
        if !named {
            self.missing.push(format!("{}:{line} {function}: {sql:?}", source.name));
        }
    }

    /// A call of a function of this file that puts a text together.
    fn is_assembled(&self, source: &Source, sql: &[Token]) -> bool {
        matches!(sql, [Token::Word(name), Token::Group('(', ..)]
            if self.assembled.contains(&format!("{}: {name}", source.name)))
    }

    /// Whether a name stands for texts that are found: `let name = …;` of the function, `for name in NAMES`, a constant.
    fn is_named(&self, source: &Source, tokens: &[Token], function: &str, name: &str) -> bool {
        let mut inside = "";
        for (n, token) in tokens.iter().enumerate() {
            if let [Token::Word(word), Token::Word(name), ..] = &tokens[n..]
                && word == "fn"
            {
                inside = name;
            }
            if let Token::Group('{', _, inner) = token
                && inside == function
                && self.binds(source, inner, name)
            {
                return true;
            }
            if let Token::Group(_, _, inner) = token
                && self.is_named(source, inner, function, name)
            {
                return true;
            }
        }
        false
    }

    fn binds(&self, source: &Source, tokens: &[Token], name: &str) -> bool {
        tokens.iter().enumerate().any(|(n, token)| {
            let is_name = matches!(token, Token::Word(word) if word == name);
            let after = matches!(tokens.get(n + 1), Some(Token::Mark('=')));
            let listed = matches!(tokens.get(n + 1), Some(Token::Word(word)) if word == "in");
            let among = || {
                // `let (sql, first) = match … {}`
                let end = tokens[n..]
                    .iter()
                    .position(|t| matches!(t, Token::Mark(';')))
                    .unwrap_or(tokens.len() - n);
                self.holds(source, &tokens[n..n + end])
            };
            let in_pattern = matches!(token, Token::Group('(', _, inner)
                if inner.iter().any(|t| matches!(t, Token::Word(word) if word == name)))
                && after;
            (is_name && after || in_pattern) && among()
                || is_name
                    && listed
                    && matches!(&tokens[n + 2], Token::Word(list) if list.chars().all(|c| c.is_uppercase()))
                || matches!(token, Token::Group(_, _, inner) if self.binds(source, inner, name))
        })
    }

    fn holds(&self, source: &Source, tokens: &[Token]) -> bool {
        (0..tokens.len()).any(|n| {
            self.text(&source.name, &tokens[n..]).is_some_and(|(text, _)| is_statement(&text))
                || matches!(&tokens[n], Token::Group(_, _, inner) if self.holds(source, inner))
        })
    }
}

/// Arguments, parted by commas; those within `<…>` part nothing.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut begin) = (vec![], 0);
    let mut depth = 0_usize;
    for (n, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('<') => depth += 1,
            Token::Mark('>') => depth = depth.saturating_sub(1),
            Token::Mark(',') if depth == 0 => {
                parts.push(&tokens[begin..n]);
                begin = n + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[begin..]);
    parts
}

/// A macro's body with its parameters filled in.
fn filled(body: &[Token], known: &BTreeMap<&String, &String>) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = body.iter().peekable();
    while let Some(token) = rest.next() {
        match (token, rest.peek()) {
            (Token::Mark('$'), Some(Token::Word(name))) if known.contains_key(name) => {
                out.push(Token::Text(known[name].clone()));
                rest.next();
            }
            (Token::Group(bracket, line, inner), _) => {
                out.push(Token::Group(*bracket, *line, filled(inner, known)))
            }
            _ => out.push(token.clone()),
        }
    }
    out
}

/// Whether a text is a whole statement and no piece of one.
fn is_statement(text: &str) -> bool {
    const VERBS: [&str; 5] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];
    const WHOLE: [&str; 4] = ["BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"];
    WHOLE.contains(&text) || VERBS.iter().any(|verb| text.starts_with(verb))
}
