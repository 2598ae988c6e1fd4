//! Links, redirects and policies of the product, told as if it lived at the visit's origin.

pub(crate) mod csp;
pub(crate) mod html;

use pforte_core::catalogue::Product;

/// The addresses under which a product knows itself.
#[derive(Debug)]
pub(crate) struct Origins {
    upstream: String,
    /// Lower-case authorities.
    own: Vec<String>,
}

impl Origins {
    pub(crate) fn new(product: &Product) -> Self {
        let upstream = product.upstream.trim_end_matches('/').to_owned();
        let own = product
            .own_origins
            .iter()
            .chain([&upstream])
            .filter_map(|origin| origin.split_once("://"))
            .map(|(_, authority)| authority.trim_end_matches('/').to_ascii_lowercase())
            .collect();
        Self { upstream, own }
    }

    /// The product's own origin.
    pub(crate) fn upstream(&self) -> &str {
        &self.upstream
    }

    /// `url` moved to the visit's origin, if it leads to the product by an absolute address.
    /// `session` is the visit's origin: `https://a1.gate.example`.
    pub(crate) fn moved(&self, url: &str, session: &str) -> Option<String> {
        let url = url.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control());
        let at = url.find("//")?;
        let (scheme, rest) = (&url[..at], &url[at + 2..]);
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let known = self.own.iter().any(|own| own.eq_ignore_ascii_case(authority));
        if !known {
            return None;
        }
        let (own_scheme, own_authority) = session.split_once("://")?;
        let secure = own_scheme == "https";
        match scheme.to_ascii_lowercase().as_str() {
            "" => Some(format!("//{own_authority}{path}")),
            "http:" | "https:" => Some(format!("{session}{path}")),
            "ws:" | "wss:" => Some(format!("{}://{own_authority}{path}", if secure { "wss" } else { "ws" })),
            _ => None,
        }
    }

    /// A `srcset`: each candidate's address moved.
    pub(crate) fn moved_set(&self, set: &str, session: &str) -> Option<String> {
        let mut any = false;
        let moved: Vec<String> = set
            .split(", ")
            .map(|candidate| {
                let candidate = candidate.trim();
                let (url, size) = candidate.split_once(' ').unwrap_or((candidate, ""));
                match self.moved(url, session) {
                    Some(url) => {
                        any = true;
                        format!("{url} {size}").trim_end().to_owned()
                    }
                    None => candidate.to_owned(),
                }
            })
            .collect();
        any.then(|| moved.join(", "))
    }

    /// A `Refresh` value (`5; url=…`) with its address moved.
    pub(crate) fn moved_refresh(&self, value: &str, session: &str) -> Option<String> {
        let at = value.to_ascii_lowercase().find("url=")? + 4;
        let (front, url) = value.split_at(at);
        let url = url.trim_matches(|c| c == '"' || c == '\'' || c == ' ');
        self.moved(url, session).map(|url| format!("{front}{url}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        Origins {
            upstream: "http://127.0.0.1:7002".into(),
            own: vec!["panel.example".into(), "127.0.0.1:7002".into()],
        }
    }

    #[test]
    fn only_the_products_own_addresses_move() {
        let session = "https://a1.gate.example";
        let moved = |url| origins().moved(url, session);
        assert_eq!(moved("https://panel.example/x?y#z").as_deref(), Some("https://a1.gate.example/x?y#z"));
        assert_eq!(moved("HTTP://PANEL.example").as_deref(), Some("https://a1.gate.example"));
        assert_eq!(moved("//panel.example/x").as_deref(), Some("//a1.gate.example/x"));
        assert_eq!(moved("wss://panel.example/live").as_deref(), Some("wss://a1.gate.example/live"));
        for other in [
            "/x",
            "x//panel.example",
            "https://panel.example.evil.example/",
            "https://user@panel.example/",
            "mailto:a@b",
        ] {
            assert_eq!(moved(other), None, "{other}");
        }
    }

    #[test]
    fn sets_and_refreshes_move_piece_by_piece() {
        let session = "http://a1.gate.localhost:7001";
        let set = "https://panel.example/a.png 1x, /b.png 2x";
        assert_eq!(
            origins().moved_set(set, session).as_deref(),
            Some("http://a1.gate.localhost:7001/a.png 1x, /b.png 2x")
        );
        assert_eq!(
            origins().moved_refresh("5; URL='http://127.0.0.1:7002/next'", session).as_deref(),
            Some("5; URL=http://a1.gate.localhost:7001/next")
        );
    }
}
