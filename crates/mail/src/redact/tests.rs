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
        ("clone https://aZ19canary0815canaryXY42@git.example/x.git", "@git.example/x.git"),
        ("12:00 GET /a 200 Bearer abcdefgh1/canary9+x= done", "done"),
        ("mit Bearer aB3dE5fG7canary done", "done"),
        ("Authorization: NTLM canary\nok", "ok"),
        ("Authorization: eigenes canary4711\nok", "ok"),
        ("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 2\ncanary\ncanary", "ssh-rsa"),
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

/// Control 48: forms that tools write and people paste.
#[test]
fn no_canary_comes_through_from_tools() {
    let rows = [
        // PowerShell.
        (
            "$session.Cookies.Add((New-Object System.Net.Cookie(\"sid\", \"canary\", \"/\", \"app.example\")))\nok",
            "\"app.example\")))\nok",
        ),
        (
            "Invoke-WebRequest -Uri \"https://app.example\" `\n-Headers @{\n\"authorization\"=\"Bearer canary\"\n \"accept\"=\"x\"\n} `\n-Body \"{`\"a`\":`\"canary`\"}\"\nend",
            "\"accept\"=\"x\"",
        ),
        (
            "irm https://app.example -Body ([Text.Encoding]::UTF8.GetBytes(\"canary\")) -Method Post",
            "-Method Post",
        ),
        ("Invoke-RestMethod -Headers @{ Authorization = 'canary x'; Accept = 'y' } -Uri z", "Accept = 'y'"),
        // Addresses.
        ("zurück auf https://app.example/cb?code=4canary0815&lang=de bitte", "&lang=de bitte"),
        ("https://app.example/cb?lang=de&code=SplxlOBeZcanary42#top", "lang=de"),
        ("https://app.example/cb?code=canarycanarycanaryx&lang=de", "lang=de"),
        ("https://app.example/cb#access_token=canary&lang=de", "lang=de"),
        ("https://app.example/x?api_key=canary&lang=de", "lang=de"),
        ("https://a.blob.example/c/d?sv=2024-01-01&sp=r&sig=canary%3D&n=1", "&n=1"),
        ("https://app.example/reset/aZ19canary0815canaryXY42 geht nicht", "geht nicht"),
        ("postgres://eva:canary@db.example/x", "@db.example/x"),
        // Pairs of a name and a value.
        ("{\"key\": \"Authorization\", \"value\": \"canary\", \"type\": \"text\"", "\"type\": \"text\""),
        (
            "{\"info\":{\"name\":\"x\"},\"item\":[{\"request\":{\"auth\":{\"type\":\"bearer\",\"bearer\":[{\"key\":\"token\",\"value\":\"canary\"}]},\"header\":[{\"value\":\"canary\",\"key\":\"Cookie\"},{\"key\":\"Accept\",\"value\":\"text/html\"}],\"body\":{\"mode\":\"raw\",\"raw\":\"{\\\"x\\\":\\\"canary\\\"}\"}}}]}",
            "text/html",
        ),
        (
            "{\"values\":[{\"key\":\"irgendwas\",\"value\":\"canary\",\"type\":\"secret\"},{\"key\":\"host\",\"value\":\"app.example\"}]}",
            "app.example",
        ),
        ("{\"cookies\":[{\"name\":\"sid\",\"value\":\"canary\"}],\"n\":1}", "1"),
        ("Hallo, das kam:\n{\"user\":\"eva\",\"auth\":{\"k\":\"canary\"}}\nUnd nun?", "Und nun?"),
        ("{\"rawHeaders\":[\"Cookie\",\"a=canary\",\"Accept\",\"x\"]}", "Accept"),
        ("<header name=\"Cookie\">sid=canary</header><n>ok</n>", "<n>ok</n>"),
        ("<header name='Authorization' sort=\"1\"><![CDATA[canary]]></header>ok", "</header>ok"),
        ("<add key=\"ApiKey\" value=\"canary\"/>ok", "/>ok"),
        ("<param value=\"canary\" name=\"password\"/>ok", "/>ok"),
        ("<ns2:Password Type=\"x\">canary</ns2:Password>ok", "ok"),
        ("<password>canary canary</password><user>eva</user>", "<user>eva</user>"),
        ("<my-ns:Password>canary canary</my-ns:Password>ok", "ok"),
        ("<my_ns:Password>canary canary</my_ns:Password>ok", "ok"),
        ("client.addHeader(\"X-Api-Key\", \"canary4711\"); go()", "go()"),
        ("- name: API_TOKEN\n  value: canary\n- name: HOST\n  value: app.example", "value: app.example"),
        // Programs.
        (
            "fetch(\"https://app.example\", {\"headers\": {\"cookie\": \"a=canary\", \"accept\": \"x\"}, \"body\": \"a=canary&b=canary\", \"method\": \"POST\"});",
            "POST",
        ),
        ("axios.get(u, { headers: { Authorization: `Bearer canary1`, Accept: 'x' } })", "Accept: 'x'"),
        ("requests.get(u, cookies={'a': 'canary'}, timeout=5)", "timeout=5"),
        ("requests.get(u, headers={'Authorization': f'Bearer canary'}, timeout=5)", "timeout=5"),
        ("xhr.setRequestHeader(\"Authorization\", \"Bearer canary\"); go()", "go()"),
        (
            "wget --header=\"Cookie: a=canary\" --post-data='x=canary' https://app.example/y",
            "https://app.example/y",
        ),
        ("wget --user=eva --password=canary https://app.example/y", "https://app.example/y"),
        ("http -a eva:canary https://app.example/y Accept:x", "Accept:x"),
        ("http https://app.example/y Authorization:canary\nok", "ok"),
        ("machine app.example login eva password canary\nok", "ok"),
        ("machine app.example\n  login eva\n  password canary\nok", "ok"),
        ("default login eva password canary\nok", "ok"),
        ("app.example\tFALSE\t/\tFALSE\t1790000000\tsid\tcanary\nok", "ok"),
        (".app.example\tTRUE\t/\tTRUE\t1790000000\tsid\tcanary\nok", "ok"),
        ("export DB_PASS=canary\nHOST=x", "HOST=x"),
        ("AWS_SECRET_ACCESS_KEY=canary/canary+x\nok", "ok"),
        (
            "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=canary==;EndpointSuffix=y",
            "EndpointSuffix=y",
        ),
        ("Server=db;User Id=eva;Password=canary;Timeout=3", "Timeout=3"),
        ("//registry.example/:_authToken=canary\nok", "ok"),
        ("spring.datasource.password: canary\nok: 1", "ok: 1"),
        ("auth:\n  bearer: x\n  access_token: canary\nok: 1", "ok: 1"),
        ("cookie\nsid=canary; b=c\naccept\ntext/html", "text/html"),
        ("Set-Cookie:\n sid=canary; Path=/\nok", "ok"),
        // Sentences.
        ("Das Passwort lautet canary2024! und der Name ist eva", "und der Name ist eva"),
        ("Mein Passwort ist canary#1.\nGruß", "Gruß"),
        ("Benutzer: eva\nPasswort: canary\nServer: app.example", "Server: app.example"),
        ("Login eva / Kennwort: canary / Server x", "/ Server x"),
        ("My password is canary99, my name is Eva", "my name is Eva"),
        ("API key: canary42 und weiter", "und weiter"),
    ];
    for (text, stays) in rows {
        let (clean, found) = words(text).unwrap_or_else(|| panic!("nothing found: {text}"));
        assert!(!clean.contains("canary"), "{text} → {clean}");
        assert!(clean.contains(stays), "{text} → {clean}");
        assert!(!found.is_empty());
        // What was taken out once is not found again.
        assert_eq!(words(&clean).map(|(again, _)| again).unwrap_or(clean.clone()), clean, "{text}");
    }
    for token in [
        format!("ghp_{}1A", "a".repeat(30)),
        format!("glpat-{}1A", "a".repeat(20)),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----".into(),
        format!("xoxb-{}1", "1".repeat(20)),
        "Authorization: Basic ZXZhOmdlaGVpbQ==".into(),
        "mit Basic ZXZhOmdlaGVpbQ== angemeldet".into(),
    ] {
        let (clean, _) = words(&format!("vorher {token} nachher")).expect(&token);
        assert!(clean.starts_with("vorher") && clean.contains(MARK), "{clean}");
        assert!(!clean.contains("aaaa") && !clean.contains("abc") && !clean.contains("ZXZ"), "{clean}");
    }
}

/// What customers write every day stays word for word.
#[test]
fn ordinary_prose_is_left_alone() {
    let texts = [
        "Guten Tag,\n\nmein Passwort: es geht einfach nicht mehr. Was soll ich tun?\n\nGruß, Eva",
        "Passwort: vergessen",
        "Das Passwort ist falsch, sagt die Seite. Das Kennwort ist abgelaufen.",
        "Passwort zurücksetzen geht nicht. Der Token ist ungültig.",
        "The password is wrong, and the session was closed after 10 minutes.",
        "Cookies: ich habe alle Cookies gelöscht.",
        "Cookie: Habe ich alles schon gelöscht und neu angemeldet",
        "Wir haben das Basic Paket und die Bearer Aktien. Basic authentication is off.",
        "Session: Montag um 10:00 in Raum 12, am 27.11.2026",
        "Signature: Kind regards, Eva",
        "Fehler unter https://app.example/orders?code=404&page=2&key=kunden",
        "Siehe https://docs.example/session/uebersicht und https://docs.example/token/erklaerung",
        "Der PIN-Code wird nicht angezeigt. Der Token: keine Ahnung, wo der steht.",
        "Kunde 4711, Rechnung RE-2026-0815, IBAN DE02120300000000202051, Auftrag A1B2C3",
        "Rufen Sie mich an: +49 30 1234567. Authorization: we need it from our boss.",
        "Betreff: Anmeldung; Secret Santa am 24.12.; der Kompass: kaputt",
        "Bitte schalten Sie die Anmeldung mit Passwort und OTP frei, Herr Schlüssel: danke",
        "Name: Passwort-Manager\nWert: egal",
        "if (a == b) { return { \"n\": 1, \"list\": [1, 2] } }",
        "Die Tabelle: [\"a\", \"b\"] und {\"key\": \"host\", \"value\": \"app.example\"}",
        "curl meldet: Could not resolve host",
        "http liefert nichts aus, https auch nicht - a b",
        "Guten Morgen, das Login-Token kommt per SMS: leider nie.",
        "password must be at least 8 characters",
        "E-Mail: eva@kunde.example, Passwort habe ich keines bekommen.",
        "Passwort: 27.11.2026 geändert, seitdem geht es nicht. Das Kennwort ist 3x falsch.",
        "Passwort: eva1@kunde.example hat es. Kennwort: https://app.example/a1 und http://app.example/a1 und www.app1.example",
        "The default password policy asks for eight characters.",
        "X-Google-DKIM-Signature: v=1; a=rsa-sha256; b=abc4711\nARC-Message-Signature: i=1; b=abc4711",
    ];
    for text in texts {
        assert_eq!(words(text), None, "{text}");
    }
}

/// Control 48: a mail in a mail, its file encoded.
#[test]
fn a_mail_in_a_mail_hides_nothing() {
    let har = r#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://app.example/x",
        "headers":[{"name":"Cookie","value":"sid=canary"}]},"response":{"status":500}}]}}"#;
    let base64 = data_encoding::BASE64_MIME.encode(har.as_bytes());
    let inner = format!(
        "From: Eva <eva@kunde.example>\r\nSubject: Aufzeichnung\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nanbei\r\n--b\r\nContent-Type: application/octet-stream; name=x.har\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n--b--\r\n"
    );
    for (name, kind) in [
        ("x.eml", "application/octet-stream"),
        ("attachment", "message/rfc822"),
        ("attachment", "application/octet-stream"),
    ] {
        let seen = examine(name, kind, inner.as_bytes()).expect("found");
        let clean = String::from_utf8(seen.bytes).unwrap();
        assert!(!clean.contains("canary") && !clean.contains(base64.trim()), "{clean}");
        for stays in ["Aufzeichnung", "anbei", "x.har", "https://app.example/x", "500"] {
            assert!(clean.contains(stays), "{stays}: {clean}");
        }
        assert!(seen.found.contains(&"har"));
    }
    let quoted = "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>pass=\r\nword=3Dcan=\r\nary</p>";
    let seen = examine("x.eml", "message/rfc822", quoted.as_bytes()).expect("found");
    assert!(!String::from_utf8_lossy(&seen.bytes).contains("canary"));
    assert_eq!(examine("x.eml", "message/rfc822", b"From: a@b.example\r\n\r\nHallo"), None);
}

/// A recording whose end is missing, between words.
#[test]
fn a_recording_in_a_message_keeps_the_words_around_it() {
    let har = r#"{"log":{"entries":[{"request":{"url":"https://app.example/x","cookies":[{"name":"sid","value":"canary"}]}"#;
    let (clean, found) = words(&format!("Hallo,\nhier:\n{har}\nGruß, Eva")).expect("found");
    assert!(!clean.contains("canary"), "{clean}");
    assert!(clean.starts_with("Hallo,\nhier:\n") && clean.ends_with("Gruß, Eva"), "{clean}");
    assert_eq!(found, ["har"]);
    let (clean, _) = words(&format!("Hallo {har}]}}}} Gruß")).expect("found");
    assert!(!clean.contains("canary") && clean.contains("Gruß"), "{clean}");
}

#[test]
fn a_text_without_secrets_is_left_alone() {
    for text in
        ["", "plain words", "a: b\nc=d", "the password is needed", "https://app.example/a?b=c", "curl it"]
    {
        assert_eq!(examine("a.txt", "text/plain", text.as_bytes()), None, "{text:?}");
    }
    // What is no text, by its type or by its bytes.
    for (kind, bytes) in [
        ("image/png", &b"Cookie: x=canary"[..]),
        ("application/pdf", b"%PDF-1.4 Cookie: x=canary"),
        ("application/octet-stream", b"PK\x03\x04 Cookie: x=canary"),
        ("application/octet-stream", b"a\0b Cookie: x=canary"),
    ] {
        assert_eq!(examine("a", kind, bytes), None, "{kind}");
    }
    assert!(examine("a.svg", "image/svg+xml", b"<svg><!-- Cookie: x=canary\n --></svg>").is_some());
}

/// What was found is named once each, in one order.
#[test]
fn kinds_are_told_in_their_order() {
    let (_, found) =
        words("password=canary1\nCookie: a=canary\npasswort=canary2\nAuthorization: Basic canary=")
            .expect("found");
    assert_eq!(found, ["cookie", "authorization", "password"]);
}

/// Control 48: a recording is written anew from a list.
#[test]
fn a_recording_keeps_what_is_on_the_list() {
    let har = r#"{"log":{"version":"1.2","creator":{"name":"Browser","version":"1"},"comment":"canary",
      "entries":[{"startedDateTime":"2026-11-20T10:00:00Z","time":12.5,"_private":"canary",
        "request":{"method":"POST","httpVersion":"h2","bodySize":5,
          "url":"https://eva:canary@app.example/reset/aZ19canary0815canaryXY42/done?token=canary&lang=canary&aZ19canary0815canaryXY42=1#canary",
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
            ["https://app.example/reset/[removed]/done?token=[removed]&lang=[removed]&", "500", "text/html"]
        {
            assert!(clean.contains(stays), "{stays} in {clean}");
        }
    }
}

#[test]
fn a_broken_recording_shows_nothing() {
    let (clean, _) = seen("a.har", "{\"log\": canary");
    assert!(!clean.contains("canary"));
    let typed = examine("upload", "application/har+json", b"{\"log\": canary").expect("found");
    assert!(!String::from_utf8_lossy(&typed.bytes).contains("canary"));
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
        "cookie: a ",
        "passwort:",
        "passwort: ",
        "name=password>",
        "name=name=",
        "value=",
        "value=\\\"",
        "name=\"password\" ",
        "<password>",
        "passwort ist ",
        "machine login password",
        "setcookie(\"",
        "?code=",
        "token/",
        "cookies=[",
        "\"Cookie\", ",
        "[{\"a\":",
        "[\"",
        "{\"a\":1}",
        "http (",
        "Content-Type: a\nFrom: b\nMIME-Version: 1\n",
        "a\tTRUE\tb\tTRUE\tc\td\te\n",
        "{\"log\":[\"entries\",\"request\"",
    ];
    for piece in pieces {
        let text = piece.repeat(400_000 / piece.len());
        let _ = examine("a.txt", "text/plain", text.as_bytes());
    }
}
