//! Just enough of GraphQL to tell queries from what changes something (October 2021, §2).
//!
//! Reads tokens, not meaning: which definitions stand at the top, and where each ends. Whatever it
//! does not understand is no query.

/// Whether the document holds queries and fragments only, and at least one query.
pub(super) fn only_queries(text: &str) -> bool {
    let mut tokens = Tokens { rest: text.strip_prefix('\u{feff}').unwrap_or(text) };
    let mut queries = 0;
    loop {
        match tokens.next() {
            Next::End => return queries > 0,
            Next::Token(Token::Open(b'{')) => queries += 1,
            Next::Token(Token::Name("query")) if tokens.skip_to_selection() => queries += 1,
            Next::Token(Token::Name("fragment")) if tokens.skip_to_selection() => {}
            _ => return false,
        }
        if !tokens.skip_selection() {
            return false;
        }
    }
}

enum Token<'t> {
    Name(&'t str),
    Open(u8),
    Close(u8),
    Other,
}

enum Next<'t> {
    Token(Token<'t>),
    End,
    Unclear,
}

struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    /// Up to the `{` of the selection, which may not stand inside parentheses.
    fn skip_to_selection(&mut self) -> bool {
        let mut open = Vec::new();
        loop {
            match self.next() {
                Next::Token(Token::Open(b'{')) if open.is_empty() => return true,
                Next::Token(token) => {
                    if !balance(&mut open, &token) {
                        return false;
                    }
                }
                Next::End | Next::Unclear => return false,
            }
        }
    }

    /// Up to the `}` that ends the selection that just began.
    fn skip_selection(&mut self) -> bool {
        let mut open = vec![b'{'];
        while !open.is_empty() {
            match self.next() {
                Next::Token(token) if balance(&mut open, &token) => {}
                _ => return false,
            }
        }
        true
    }

    fn next(&mut self) -> Next<'t> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', ',']);
            // Some end a line at a lone CR and some do not; together with LF all do.
            if let Some(rest) = self.rest.strip_prefix("\r\n") {
                self.rest = rest;
            } else if self.rest.starts_with('#') {
                let line = self.rest.split('\n').next().unwrap_or_default();
                if line.trim_end_matches('\r').contains('\r') {
                    return Next::Unclear;
                }
                self.rest = &self.rest[line.len()..];
            } else {
                break;
            }
        }
        let Some(&first) = self.rest.as_bytes().first() else { return Next::End };
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let (token, len) = match first {
            b'"' => match text(self.rest) {
                Some(len) => (Token::Other, len),
                None => return Next::Unclear,
            },
            b'{' | b'(' | b'[' => (Token::Open(first), 1),
            b'}' | b')' | b']' => (Token::Close(first), 1),
            b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => (Token::Other, 1),
            b'.' if self.rest.starts_with("...") => (Token::Other, 3),
            b'0'..=b'9' | b'-' => {
                let number = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
                (Token::Other, self.rest.bytes().take_while(number).count())
            }
            byte if is_name(&byte) => {
                let len = self.rest.bytes().take_while(is_name).count();
                (Token::Name(&self.rest[..len]), len)
            }
            _ => return Next::Unclear,
        };
        self.rest = &self.rest[len..];
        Next::Token(token)
    }
}

fn balance(open: &mut Vec<u8>, token: &Token<'_>) -> bool {
    match token {
        Token::Open(bracket) => {
            open.push(*bracket);
            true
        }
        Token::Close(bracket) => {
            let wanted = match bracket {
                b'}' => b'{',
                b')' => b'(',
                _ => b'[',
            };
            open.pop() == Some(wanted)
        }
        Token::Name(_) | Token::Other => true,
    }
}

/// How long the text at the start is, its quotes included.
fn text(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    if rest.starts_with("\"\"\"") {
        let mut at = 3;
        loop {
            let end = at + rest.get(at..)?.find("\"\"\"")?;
            if bytes[end - 1] != b'\\' {
                return Some(end + 3);
            }
            at = end + 3;
        }
    }
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'\n' | b'\r' => return None,
            b'"' if !escaped => return Some(at + 1),
            _ => escaped = !escaped && *byte == b'\\',
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::only_queries;

    #[test]
    fn queries_and_fragments_are_queries() {
        for document in [
            "{ servers { name } }",
            "query { servers { name } }",
            "query mutation($a: In = {x: [1, -2.5e3]}) @live(if: true) { a(b: \"}{\", c: {d: $a}) { ...F } } fragment F on S { name }",
            "# mutation { x }\n\u{20}{ a }",
            "{ a(text: \"\"\"one \\\"\"\" } mutation { two\"\"\") }",
            "query A { a } query B { b }",
        ] {
            assert!(only_queries(document), "{document}");
        }
    }

    #[test]
    fn whatever_else_stands_there_is_none() {
        for document in [
            "",
            "   ",
            "fragment F on S { name }",
            "mutation { x }",
            "subscription { x }",
            "query { a } mutation { x }",
            "{ a } mutation { x }",
            "fragment F on S { a } mutation { x }",
            "{ a(b: \"x\") } # \n mutation { x }",
            "# a\rmutation { x }\n{ a }",
            "query Q",
            "{ a ",
            "{ a } }",
            "{ a(b: ] ) }",
            "{ a(b: \"\n\") }",
            "\"doc\" query { a }",
            "type Query { a: Int }",
            "extend schema { a }",
            "{ a } \u{0} mutation { x }",
            "query ($a: I = \"{\") mutation",
            "Query { a }",
            "{ a } \\u006dutation { x }",
            "\"\"\"x\\\"\"\" { a } \"\"\" mutation { x }",
        ] {
            assert!(!only_queries(document), "{document}");
        }
    }
}
