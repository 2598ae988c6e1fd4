//! JSON in a text, on its own or between words: collections of requests, settings, answers of servers.
//!
//! What is well-formed is read as what it is, so that neither order nor nesting hides a value.

use serde_json::Value;

use super::{Found, MARK, har, names, text};

/// So many places are tried as the beginning of a document.
const MAX_TRIES: usize = 64;
const MAX_DEPTH: usize = 100;

/// The text, its JSON documents without secrets.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    let mut out = String::new();
    let (mut copied, mut at, mut tries) = (0, 0, 0);
    while let Some(begin) = text[at..].find(['{', '[']).map(|length| at + length) {
        at = begin + 1;
        if !text[at..].trim_start().starts_with(['"', '{', '[']) {
            continue;
        }
        tries += 1;
        if tries > MAX_TRIES {
            break;
        }
        let mut stream = serde_json::Deserializer::from_str(&text[begin..]).into_iter::<Value>();
        let Some(Ok(mut value)) = stream.next() else { continue };
        let end = begin + stream.byte_offset();
        let source = &text[begin..end];
        at = end;
        let clean = if is_recording(&value) {
            found.add("har");
            har::redacted(source)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_else(|| har::UNREADABLE.into())
        } else {
            let mut walk = Walk { found, changed: false };
            walk.value(&mut value, None, 0);
            if !walk.changed {
                continue;
            }
            let written = if source.contains('\n') {
                serde_json::to_string_pretty(&value)
            } else {
                serde_json::to_string(&value)
            };
            written.unwrap_or_else(|_| MARK.into())
        };
        out.push_str(&text[copied..begin]);
        out.push_str(&clean);
        copied = end;
    }
    out.push_str(&text[copied..]);
    out
}

fn is_recording(value: &Value) -> bool {
    value.get("log").is_some_and(|log| log.get("entries").is_some())
}

struct Walk<'f> {
    found: &'f mut Found,
    changed: bool,
}

impl Walk<'_> {
    /// Looks at a value; `kind` is set when all below it is secret.
    fn value(&mut self, value: &mut Value, kind: Option<&'static str>, depth: usize) {
        if depth > MAX_DEPTH {
            *value = Value::String(MARK.into());
            self.changed = true;
            return;
        }
        match value {
            Value::Object(fields) => self.object(fields, kind, depth),
            Value::Array(list) => self.list(list, kind, depth),
            Value::String(words) => match kind {
                Some(kind) => self.take(value, kind),
                None => {
                    let mut found = Found::default();
                    let inner = redacted(words, &mut found);
                    let clean = text::redacted(&inner, &mut found);
                    if !found.0.is_empty() {
                        *value = Value::String(clean);
                        self.changed = true;
                        found.0.into_iter().for_each(|kind| self.found.add(kind));
                    }
                }
            },
            Value::Number(_) => {
                if let Some(kind) = kind {
                    self.take(value, kind);
                }
            }
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn take(&mut self, value: &mut Value, kind: &'static str) {
        let is_plain =
            value.as_str().is_some_and(|text| text.is_empty() || text == MARK || names::is_literal(text));
        if !is_plain {
            *value = Value::String(MARK.into());
            self.changed = true;
            self.found.add(kind);
        }
    }

    fn object(
        &mut self,
        fields: &mut serde_json::Map<String, Value>,
        kind: Option<&'static str>,
        depth: usize,
    ) {
        let named = ["name", "key", "header", "field", "id", "Name", "Key"].iter().find_map(|key| {
            let name = fields.get(*key)?.as_str()?.to_lowercase();
            names::secret(&name).map(|name| name.kind)
        });
        let is_secret = fields.get("type").and_then(Value::as_str) == Some("secret");
        let of_pair = named.or(is_secret.then_some("token"));
        // `"auth": {"type": "basic", "basic": [{"key": …, "value": …}]}` of a collection of requests.
        let is_pair =
            fields.contains_key("value") && (fields.contains_key("key") || fields.contains_key("name"));
        let has_mode = fields.contains_key("mode");
        for (key, value) in fields.iter_mut() {
            let below = match key.to_lowercase().as_str() {
                "value" | "val" | "content" if of_pair.is_some() => of_pair,
                "value" if is_pair => kind,
                _ if is_pair => None,
                "raw" if has_mode => Some("body"),
                "auth" if value.is_object() => Some("authorization"),
                "type" | "mode" => None,
                lower => names::secret(lower).map(|name| name.kind).or(kind),
            };
            self.value(value, below, depth + 1);
        }
    }

    /// `["Cookie", "a=b", …]`: names and values by turns.
    fn list(&mut self, list: &mut [Value], kind: Option<&'static str>, depth: usize) {
        let mut before = None;
        for value in list {
            let header =
                value.as_str().and_then(|name| names::secret(&name.to_lowercase())).filter(|n| n.is_header);
            self.value(value, kind.or(before.filter(|_| header.is_none())), depth + 1);
            before = header.map(|name| name.kind);
        }
    }
}
