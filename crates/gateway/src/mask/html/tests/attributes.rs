//! What stays of attributes and names.

use super::{default_plan, run};

/// Attributes that browsers read and products can fill: a value off the list goes.
#[test]
fn no_attribute_outside_of_a_pass_holds_a_word_of_anybodys() {
    for element in [
        "<input type=SECRET>",
        "<p lang=SECRET>",
        "<p lang=de-SECRET>",
        "<p dir=SECRET>",
        "<p role=SECRET>",
        "<p role='button SECRET'>",
        "<a rel=SECRET>",
        "<a rel='nofollow SECRET'>",
        "<form method=SECRET>",
        "<form method=get action=/SECRET>",
        "<td colspan=SECRET>",
        "<table><td rowspan=SECRET>",
        "<table><th scope=SECRET>",
        "<meta charset=SECRET>",
        "<link rel=SECRET href=/a.css>",
        "<link rel=canonical href=/SECRET>",
        "<link rel='stylesheet alternate' href=/SECRET>",
        "<link rel=stylesheet href='data:text/css,SECRET'>",
        "<link rel=stylesheet href='/a?SECRET'>",
        "<link rel=stylesheet href=//SECRET@x/>",
        "<link rel=stylesheet media=SECRET>",
        "<link rel=stylesheet media='(min-width: SECRETpx)'>",
        "<link rel=preload as=SECRET>",
        "<script src='/a.js#SECRET'></script>",
        "<script type=SECRET></script>",
        "<script nonce='SECRET!'></script>",
        "<script integrity=sha256-SECRET></script>",
        "<script crossorigin=SECRET></script>",
        "<script defer=SECRET></script>",
        "<meta name=viewport content='width=SECRET'>",
        "<meta name=viewport content=SECRET>",
        "<meta name=SECRET>",
        "<meta http-equiv=refresh content='0;SECRET'>",
        "<p class='SECRET@mail.example'>",
        "<p class='SECRÉT'>",
        "<p id=SECRET for=SECRET data-x=SECRET SECRET=1>",
        "<SECRET>",
        "<jo.SECRET@mail.example>",
        "<x-SECRET>",
        "<svg><SECRET>",
        "<svg xlink:href=SECRET>",
        "<ol type=SECRET>",
        "<button type=SECRET>",
        "<html lang=SECRET>",
        "<body class=x SECRET>",
        "<input value=SECRET placeholder=SECRET title=SECRET name=SECRET>",
        "<link rel=dns-prefetch href=//SECRET.example>",
        "<link rel=stylesheet href='SECRET:a.css'>",
        "<script integrity=SECRET-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa></script>",
        "<meta name=viewport content='SECRET=1'>",
        "<meta name=description content=SECRET>",
        "<p class=SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRET>",
    ] {
        let got = run(&default_plan(), element);
        let told = got.to_ascii_lowercase();
        assert!(!told.contains("secret") && !told.contains("secr"), "{element} gave {got}");
    }
    let kept =
        run(&default_plan(), "<p lang=de-AT dir=rtl role='button note' class='a b'><input type=Email>");
    for wanted in ["lang=\"de\"", "dir=\"rtl\"", "role=\"button note\"", "class=\"a b\"", "type=\"email\""] {
        assert!(kept.contains(wanted), "{wanted} in {kept}");
    }
    // What a page is laid out and loaded with stays.
    let hash = "a+/=".repeat(11);
    let kept = run(
        &default_plan(),
        &format!(
            "<meta name=viewport content='width=device-width, initial-scale=1.5'>\
             <link rel=stylesheet href=https://panel.example/a.css media='(min-width: 60.5em) and (orientation: portrait)'>\
             <link rel=icon href=http://panel.example/a.png><script src=a/b:c.js nonce=aB9+/=-_ integrity=sha384-{hash}></script>"
        ),
    );
    for wanted in [
        "content=\"width=device-width, initial-scale=1.5\"",
        "media=\"(min-width: 60.5em) and (orientation: portrait)\"",
        "href=\"https://panel.example/a.css\"",
        "href=\"http://panel.example/a.png\"",
        "src=\"a/b:c.js\"",
        "nonce=\"aB9+/=-_\"",
        &format!("integrity=\"sha384-{hash}\""),
    ] {
        assert!(kept.contains(wanted), "{wanted} in {kept}");
    }
}

/// What passes is written so that it is read as the same again; a name that would not be is left out.
#[test]
fn names_that_would_be_read_otherwise_are_left_out() {
    let got =
        run(&default_plan(), "<div class=pass><p a\"b=1 c'd=2 e<f=3 ok=4>open</p><x\"y>on</x\"y></div>");
    for odd in ["a\"b", "c'd", "e<f", "x\"y"] {
        assert!(!got.contains(odd), "{odd} in {got}");
    }
    assert!(got.contains("ok=\"4\"") && got.contains("open"), "{got}");
}
