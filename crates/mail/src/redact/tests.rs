//! Secrets go, the rest stays (control 48).

use super::*;

fn seen(name: &str, text: &str) -> (String, Vec<&'static str>) {
    let redacted = examine(name, "text/plain", text.as_bytes()).expect("something is found");
    (String::from_utf8(redacted.bytes).unwrap(), redacted.found)
}

/// Control 48: whatever the form, `canary` never comes through, and the context stays.
#[test]
fn no_canary_comes_through() {
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canary";
    let rows = [
        ("Cookie: sid=canary; theme=canary\nHost: app.example", "Host: app.example"),
        ("set-cookie: a=canary; Path=/\nok", "ok"),
        ("Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==canary\nok", "ok"),
        ("proxy-authorization: Digest username=\"canary\"\nok", "ok"),
        ("12:00 GET /a 200 Bearer abcdefgh.canary done", "done"),
        ("{\"user\":\"eva\",\"password\":\"can\\\"canary\",\"n\":1}", "\"user\":\"eva\""),
        ("{\\\"access_token\\\": \\\"canary\\\", \\\"n\\\": 1}", "\\\"n\\\": 1"),
        ("login?user=eva&password=canary&lang=de", "lang=de"),
        ("PHPSESSID=canary; lang=de", "lang=de"),
        ("api-key: canary, next", "next"),
        ("X-API-Key: canary canary\nok", "ok"),
        ("cookie:\ncanary=canary\naccept: x", "accept: x"),
        ("headers: {'Cookie': 'a=canary', 'Accept': 'x'}", "'Accept': 'x'"),
        ("clone https://eva:canary@git.example/x.git", "@git.example/x.git"),
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\ncanary\ncanary\n-----END RSA PRIVATE KEY-----\nend",
            "-----END RSA PRIVATE KEY-----\nend",
        ),
        ("-----BEGIN PRIVATE KEY-----\ncanary", "-----BEGIN PRIVATE KEY"),
        ("curl -u eva:canary https://app.example/x", "https://app.example/x"),
        ("curl 'https://app.example/x' -b 'a=canary' -H 'Accept: x'", "-H 'Accept: x'"),
        ("curl https://app.example -H 'Cookie: a=canary; b=\"canary\"' -k", "' -k"),
        (
            "curl https://app.example \\\n  --data-raw '{\"a\":\n\"canary\"}' \\\n  --compressed\nend",
            "--compressed\nend",
        ),
        ("curl.exe \"https://app.example\" ^\r\n -H \"Authorization: canary\" ^\r\n -k", "-k"),
        ("curl -dcanary --cookie=canary https://app.example", "https://app.example"),
        ("kennwort = canary\nok", "ok"),
    ];
    for (text, stays) in rows {
        let (clean, found) = seen("trace.txt", text);
        assert!(!clean.contains("canary"), "{text:?} → {clean:?}");
        assert!(clean.contains(stays), "{text:?} → {clean:?}");
        assert!(!found.is_empty());
    }
    let (clean, found) = seen("x.log", &format!("a {jwt} b AKIAABCDEFGHIJKLMNOP c"));
    assert_eq!(clean, "a [removed] b [removed] c");
    assert_eq!(found, ["token"]);
}

#[test]
fn a_text_without_secrets_is_left_alone() {
    for text in
        ["", "plain words", "a: b\nc=d", "the password is needed", "https://app.example/a?b=c", "curl it"]
    {
        assert_eq!(examine("a.txt", "text/plain", text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(examine("a.png", "image/png", b"\x89PNG Cookie: x=canary"), None);
}

/// Control 48: a recording is written anew from a list.
#[test]
fn a_recording_keeps_what_is_on_the_list() {
    let har = r#"{"log":{"version":"1.2","creator":{"name":"Browser","version":"1"},"comment":"canary",
      "entries":[{"startedDateTime":"2026-11-20T10:00:00Z","time":12.5,"_private":"canary",
        "request":{"method":"POST","httpVersion":"h2","bodySize":5,
          "url":"https://eva:canary@app.example/reset/aZ19canary0815canaryXY42/done?token=canary&lang=canary#canary",
          "cookies":[{"name":"sid","value":"canary"}],"queryString":[{"name":"token","value":"canary"}],
          "headers":[{"name":"Cookie","value":"sid=canary"},{"name":"Accept","value":"text/html"},
                     {"name":"X-Own","value":"canary"}],
          "postData":{"text":"canary"}},
        "response":{"status":500,"statusText":"Broken","httpVersion":"h2","redirectURL":"",
          "headers":[{"name":"Set-Cookie","value":"sid=canary"}],
          "cookies":[{"value":"canary"}],"content":{"size":6,"mimeType":"text/html","text":"canary"}},
        "timings":{"wait":3,"send":"canary"}}]}}"#;
    for name in ["a.har", "recording.json"] {
        let (clean, found) = seen(name, har);
        assert_eq!(found, ["har"]);
        assert!(!clean.contains("canary"), "{clean}");
        for stays in
            ["https://app.example/reset/[removed]/done?token=[removed]&lang=[removed]", "500", "text/html"]
        {
            assert!(clean.contains(stays), "{stays} in {clean}");
        }
    }
}

#[test]
fn a_broken_recording_shows_nothing() {
    let (clean, _) = seen("a.har", "{\"log\": canary");
    assert!(!clean.contains("canary"));
    let deep = format!("{}{}", "[".repeat(100_000), "canary");
    assert!(!seen("a.har", &deep).0.contains("canary"));
}

#[test]
fn text_of_windows_is_searched_too() {
    let bytes: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("Cookie: a=canary\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let redacted = examine("a.txt", "text/plain", &bytes).unwrap();
    assert_eq!(redacted.bytes, b"Cookie: [removed]\r\n");
}

/// Control 49: long files of traps are done at once; a quadratic search would take minutes.
#[test]
fn hostile_texts_are_done_in_one_pass() {
    let pieces = [
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "://",
        "://a:",
        "curl ",
        "curl -d '",
        "password",
        "password=",
        "password='",
        "otp=\\\"",
        "eyJ.",
        "cookie:\n",
        "\"cookie",
        "\"",
        "Bearer ",
        "{\"log\":[\"entries\",\"request\"",
    ];
    for piece in pieces {
        let text = piece.repeat(2_000_000 / piece.len());
        let _ = examine("a.txt", "text/plain", text.as_bytes());
    }
}
