//! What a mail says, whatever its structure, its letters and its encodings are.

use pforte_mail::{message::html::text, read};
use proptest::prelude::*;

use crate::{message, raw};

/// A message of these bytes below the usual fields.
fn bytes(head: &str, body: &[u8]) -> pforte_mail::Message {
    let mut whole = raw(head, "");
    whole.extend_from_slice(body);
    read(&whole)
}

const MIXED: &str = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=M\n";

#[test]
fn parts_in_a_row_are_shown_in_a_row() {
    let footer = message(
        MIXED,
        "--M\nContent-Type: text/html; charset=utf-8\n\n<p>Mein Server steht.</p>\n--M\nContent-Type: text/plain\n\nVertraulich.\n--M--",
    );
    assert_eq!(footer.text.own, "Mein Server steht.\n\nVertraulich.");
    assert_eq!(footer.html.as_deref(), Some("<p>Mein Server steht.</p>\n<p>Vertraulich.</p>"));
    let around = message(
        MIXED,
        "--M\nContent-Type: text/plain\n\nvor\n--M\nContent-Type: image/png\nContent-ID: <a>\n\nx\n--M\nContent-Type: text/html\n\n<b>nach</b>\n--M--",
    );
    assert_eq!(around.text.own, "vor\n\nnach");
    let nested = message(
        MIXED,
        "--M\nContent-Type: multipart/alternative; boundary=A\n\n--A\n\neins\n--A\nContent-Type: text/html\n\n<p>eins</p>\n--A--\n\
         --M\nContent-Type: multipart/alternative; boundary=B\n\n--B\n\nzwei\n--B\nContent-Type: text/html\n\n<p>zwei</p>\n--B--\n--M--",
    );
    assert_eq!(nested.text.own, "eins\n\nzwei");
    assert_eq!(nested.html.as_deref(), Some("<p>eins</p>\n<p>zwei</p>"));
}

#[test]
fn of_one_alternative_the_form_that_says_something_is_shown() {
    let alternative = |plain: &str, html: &str| {
        message(
            "Content-Type: multipart/alternative; boundary=M\n",
            &format!(
                "--M\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--M\nContent-Type: text/html; charset=utf-8\n\n{html}\n--M--"
            ),
        )
    };
    for nothing in
        ["\u{200b}", "\u{feff}\u{a0} ", "", "\u{ad}\u{200d}\u{2060}", ".", "Ihr Programm zeigt kein HTML an."]
    {
        assert_eq!(alternative(nothing, "<p>Der echte Text</p>").text.own, "Der echte Text", "{nothing:?}");
    }
    assert_eq!(alternative("Text", "<p>Der Text</p>").text.own, "Text");
    assert_eq!(alternative("Text", "<img src=x>").text.own, "Text");
}

#[test]
fn a_message_in_which_something_can_be_read_is_never_empty() {
    let rows: Vec<(&str, String, &str)> = vec![
        ("Content-Type: text\n", "Server steht".into(), "Server steht"),
        ("Content-Type: plain; charset=utf-8\n", "Server steht".into(), "Server steht"),
        ("Content-Type: html\n", "<p>Server steht".into(), "Server steht"),
        ("Content-Type: \n", "Server steht".into(), "Server steht"),
        ("Content-Type: ; charset=utf-8\n", "Server steht".into(), "Server steht"),
        ("Content-Type: foo/bar\n", "Server steht".into(), "Server steht"),
        ("Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment\n", "Server steht".into(), "Server steht"),
        ("Content-Type: text/markdown\n", "Server steht".into(), "Server steht"),
        ("Content-Type: multipart/mixed\n", "--X\nContent-Type: text/plain\n\nServer steht\n--X--".into(), "Server steht"),
        ("Content-Type: multipart/mixed; boundary=Y\n", "--X\nContent-Type: text/plain\n\nServer steht\n--X--".into(), "Server steht"),
        ("Content-Type: multipart/mixed; boundary=Y\n", "Server steht".into(), "Server steht"),
        ("Content-Type: mulitpart/mixed; boundary=X\n", "--X\nContent-Type: text/plain\n\nServer steht\n--X--".into(), "Server steht"),
        (MIXED, "--M\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nServer steht\n--M--".into(), "Server steht"),
        (MIXED, "--M\n\n \n--M\nContent-Type: message/rfc822\n\nFrom: a@b.example\nSubject: Alt\n\nServer steht\n--M--".into(), "Server steht"),
        ("Content-Type: message/rfc822\n", "From: a@b.example\nSubject: Alt\n\nServer steht".into(), "Server steht"),
        ("Content-Type: text/calendar\n", "BEGIN:VEVENT\nSUMMARY:Server steht\nDTSTART:20261127T140000Z\nEND:VEVENT".into(), "2026-11-27 14:00 UTC"),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n", "MIAGCSqGSIb3DQEHA6CA".into(), "S/MIME"),
        ("Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=M\n", "--M\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--M\nContent-Type: application/octet-stream\n\nx\n--M--".into(), "PGP"),
        ("", "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----".into(), "PGP"),
        ("Content-Type: text/html\n", "<div style='display:none'>Server steht</div>".into(), "Server steht"),
        ("Content-Type: text/html\n", "<img alt='Server steht' src=x>".into(), "Server steht"),
    ];
    for (head, body, says) in rows {
        let read = message(head, &body);
        assert!(read.text.own.contains(says), "{head}{body} → {:?}", read.text);
    }
}

/// What S/MIME only signs is read as though it lay there openly.
#[test]
fn opaque_signed_mail_is_unpacked() {
    fn wrap(tag: u8, inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
        [&[tag, 0x82][..], &length, inner].concat()
    }
    let oid = |last: u8| vec![0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let mail = b"Content-Type: text/plain; charset=utf-8\r\n\r\nServer steht";
    // In pieces, as Outlook writes it.
    let octets = wrap(0x24, &[wrap(0x04, &mail[..20]), wrap(0x04, &mail[20..])].concat());
    let content = wrap(0x30, &[oid(1), wrap(0xa0, &octets)].concat());
    let signed = wrap(0x30, &[vec![2, 1, 1], wrap(0x31, &[]), content].concat());
    let der = wrap(0x30, &[oid(2), wrap(0xa0, &signed)].concat());
    for at in [der.len(), der.len() / 2, 30, 5, 0] {
        let read = bytes(
            "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n",
            &der[..at],
        );
        assert_eq!(read.text.own.contains("Server steht"), at == der.len());
    }
}

#[test]
fn letters_are_read_whatever_their_label_says() {
    let latin = b"Sch\xf6ne Gr\xfc\xdfe aus K\xf6ln";
    let right = "Schöne Grüße aus Köln";
    for head in [
        "Content-Type: text/plain\n",
        "Content-Type: text/plain; charset=utf-8\n",
        "Content-Type: text/plain; charset=us-ascii\n",
        "Content-Type: text/plain; charset=unknown-8bit\n",
        "Content-Type: text/plain; charset=gibtsnicht\n",
        "Content-Type: text/plain; charset=ansi\n",
        "Content-Type: text/plain; charset=cp-1252\n",
        "Content-Type: text/plain; charset=\"iso-8859-1\"\n",
    ] {
        assert_eq!(bytes(head, latin).text.own, right, "{head}");
    }
    // UTF-8 that says it is Latin-1.
    assert_eq!(bytes("Content-Type: text/plain; charset=iso-8859-1\n", right.as_bytes()).text.own, right);
    let page =
        [&b"<html><head><meta charset=\"iso-8859-1\"></head><body>"[..], latin, b"</body></html>"].concat();
    assert_eq!(bytes("Content-Type: text/html\n", &page).text.own, right);
    let page = [
        &b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>"[..],
        b"\xf0\xd2\xc9\xd7\xc5\xd4",
    ]
    .concat();
    assert_eq!(bytes("Content-Type: text/html\n", &page).text.own, "Привет");
    for (charset, coded, says) in [
        ("utf-7", &b"Gr+APwA3w-e"[..], "Grüße"),
        ("iso-2022-jp", b"\x1b$B$3$s\x1b(B", "こん"),
        ("gb18030", b"\xc4\xe3\xba\xc3", "你好"),
        ("koi8-r", b"\xf0\xd2\xc9", "При"),
        ("windows-1252", b"\x84Wort\x93 \x80", "„Wort“ €"),
        ("utf-16", b"\xff\xfeG\0r\0", "Gr"),
    ] {
        assert_eq!(
            bytes(&format!("Content-Type: text/plain; charset={charset}\n"), coded).text.own,
            says,
            "{charset}"
        );
    }
    // One broken character costs itself alone.
    let broken = [&"äöüß ÄÖÜ ".repeat(4).into_bytes()[..], b"\xc3 x"].concat();
    assert!(bytes("", &broken).text.own.starts_with("äöüß"));
}

#[test]
fn one_wrong_byte_leaves_nothing_coded() {
    let base64 = "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n";
    for coded in [
        "U2VydmVyIHN0ZWh0",
        "U2Vy!dmVy\u{e4}IHN0\nZWh0",
        "U2VydmVyIHN0ZWh0\n-- \n",
        "U2VydmVyIHN0ZWh0=",
        "U2VydmVyIHN0ZWh0*",
    ] {
        let own = message(base64, coded).text.own;
        assert!(own.starts_with("Server steht"), "{coded} → {own}");
    }
    let printable = "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n";
    for (coded, says) in [
        ("Gr=C3=BC=C3=9Fe =ZZ 100= % =", "Grüße =ZZ 100= %"),
        ("a=\nb =3D c", "ab = c"),
        ("Gr=c3=bc=c3=9fe", "Grüße"),
    ] {
        assert_eq!(message(printable, coded).text.own, says, "{coded}");
    }
    // What says it is base64 and is plain.
    assert_eq!(
        message(base64, "Guten Tag, mein Server steht. Bitte helfen!").text.own,
        "Guten Tag, mein Server steht. Bitte helfen!"
    );
}

#[test]
fn subjects_and_names_of_files_are_read() {
    let subject = |line: &[u8]| {
        let whole = [&b"From: Kim <kim@customer.example>\r\nSubject: "[..], line, b"\r\n\r\nx"].concat();
        read(&whole).subject
    };
    assert_eq!(subject(b"St\xf6rung im B\xfcro"), "Störung im Büro");
    assert_eq!(subject("Störung".as_bytes()), "Störung");
    // A character split over two words.
    assert_eq!(subject(b"=?utf-8?b?R3LD?= =?utf-8?b?vMOfZQ==?="), "Grüße");
    assert_eq!(subject(b"=?utf-8?q?Gr=C3?=\r\n =?UTF-8?Q?=BC=C3=9Fe?= an alle"), "Grüße an alle");
    assert_eq!(subject(b"=?iso-8859-1*de?q?Gr=FC=DFe_?= und"), "Grüße  und");
    assert_eq!(subject(b"=?gibtsnicht?q?Gr=FC=DFe?="), "Grüße");
    assert_eq!(subject("Dampf\u{ad}schiff\u{200b}fahrt".as_bytes()), "Dampfschifffahrt");
    assert_eq!(subject("A\u{2028}B".as_bytes()), "A B");
    let name = |line: &[u8]| {
        let head = [
            &b"From: a@b.example\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "[..],
            line,
        ]
        .concat();
        read(&[&head[..], b"\r\n\r\nx"].concat()).attachments[0].name.clone()
    };
    assert_eq!(name(b"filename=\"Stra\xdfe.pdf\""), "Straße.pdf");
    assert_eq!(name("filename=\"Straße.pdf\"".as_bytes()), "Straße.pdf");
    assert_eq!(name(b"filename=\"=?utf-8?q?Stra=C3=9Fe.pdf?=\""), "Straße.pdf");
    assert_eq!(name(b"filename*=utf-8''Stra%C3%9Fe.pdf; filename=x.pdf"), "Straße.pdf");
    assert_eq!(name(b"filename*=iso-8859-1'de'Stra%DFe.pdf"), "Straße.pdf");
    assert_eq!(name(b"filename*0*=utf-8''Stra%C3;\r\n filename*1*=%9Fe.p; filename*2=df"), "Straße.pdf");
    assert_eq!(name(b"filename=\"C:\\Temp\\a.pdf\""), "a.pdf");
    assert_eq!(name(b"filename=Rechnung 1.pdf"), "Rechnung 1.pdf");
}

#[test]
fn html_is_read_as_browsers_do() {
    for (source, says) in [
        (
            "21 &deg;C &times; 2, Espa&ntilde;a, &sect; 5, &frac12;, &trade;, &rarr;",
            "21 °C × 2, España, § 5, ½, ™, →",
        ),
        ("gesch&#252;tzt&#160;hier &#150; Ende &#x80;", "geschützt hier – Ende €"),
        ("M&uumlller &copy 2026 &amp;lt; &nosuch; & co", "Müller © 2026 &lt; &nosuch; & co"),
        (
            "<a href='https://a.example/x?b=1&amp;c=2'>hier klicken</a>!",
            "hier klicken (https://a.example/x?b=1&c=2)!",
        ),
        ("<a href='https://a.example/'>https://a.example</a>", "https://a.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='https://a.example'><img src=x></a>Text", "(https://a.example) Text"),
        ("<ul><li>eins<li>zwei<ol><li>a</li><li>b</li></ol></ul>", "- eins\n- zwei\n  1. a\n  2. b"),
        ("<table><tr><td>Kunde</td><td>4711</td></tr><tr><td>Ort<td>Kiel</table>", "Kunde\t4711\nOrt\tKiel"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<div style='display:none;max-height:0'>Vorschau</div><p>Text</p>", "Text"),
        ("<span style='display: none !important'>x<span>y</span></span>Text", "Text"),
        ("<p hidden>x<p>Text", "Text"),
        ("<div style='display:none'>offen <p>Text", "offen\n\nText"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("Antwort<blockquote>alt<br>älter</blockquote>", "Antwort\n>\n> alt\n> älter"),
    ] {
        assert_eq!(text(source), says, "{source}");
    }
}

/// Pictures that were pasted become files, and stand in their place.
#[test]
fn pasted_pictures_become_files() {
    let read = message(
        "Content-Type: text/html\n",
        "<p>Siehe <img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=Bild> und <img src='data:image/gif;base64,R0lGODlh'></p>",
    );
    let names: Vec<_> = read
        .attachments
        .iter()
        .map(|file| (file.name.as_str(), file.content_id.as_deref().unwrap()))
        .collect();
    assert_eq!(names, [("image.png", "picture-1@here"), ("image.gif", "picture-2@here")]);
    assert_eq!(read.attachments[0].bytes, b"\x89PNG\r\n\x1a\n");
    assert!(read.html.unwrap().contains("data-cid=\"picture-1@here\""));
}

/// All files, in the order of the mail.
#[test]
fn files_come_in_the_order_of_the_mail() {
    let body: String = (1..=60)
        .map(|n| format!("--M\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"Seite {n}.pdf\"\n\n{n}\n"))
        .collect();
    let names: Vec<String> = message(MIXED, &body).attachments.into_iter().map(|file| file.name).collect();
    assert_eq!(names, (1..=60).map(|n| format!("Seite {n}.pdf")).collect::<Vec<_>>());
}

/// A part that holds a word, in one of the forms in which mails come.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Content-Type: text/plain\n\nWort".to_owned()),
        Just("Content-Type: text/plain; charset=gibtsnicht\nContent-Transfer-Encoding: quoted-printable\n\nW=6Frt =".to_owned()),
        Just("Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+V29ydDwvcD4=".to_owned()),
        Just("Content-Type: text/html\n\n<div style=display:none>Wort</div>".to_owned()),
        Just("Content-Disposition: attachment\n\nWort".to_owned()),
        Just("Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\nWort".to_owned()),
        Just("Content-Type: text\n\nWort".to_owned()),
        Just("Content-Type: message/rfc822\n\nSubject: x\n\nWort".to_owned()),
    ]
}

/// A part in which there is nothing to read.
fn empty() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Content-Type: text/plain; charset=utf-8\n\n\u{200b}".to_owned()),
        Just("Content-Type: image/png\n\nx".to_owned()),
        Just("Content-Type: text/html\n\n<img src=x>".to_owned()),
        Just(String::new()),
    ]
}

fn tree() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 16, 3, |inner| {
        let around = || prop::collection::vec(empty(), 0..3);
        (
            inner,
            around(),
            around(),
            prop::sample::select(vec!["mixed", "alternative", "related", "signed", "", "x-new"]),
            any::<u16>(),
        )
            .prop_map(|(inner, before, after, kind, mark)| {
                let parts = before.into_iter().chain([inner]).chain(after);
                let body: String = parts.map(|part| format!("--b{mark}\n{part}\n")).collect();
                format!("Content-Type: multipart/{kind}; boundary=b{mark}\n\n{body}--b{mark}--\n")
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the structure is: if a part decodes to letters, the text that is shown has some.
    #[test]
    fn what_can_be_read_is_shown(tree in tree()) {
        let (head, body) = tree.split_once("\n\n").unwrap();
        let read = message(&format!("{head}\n"), body);
        prop_assert!(read.text.own.contains("Wort"), "{tree}: {:?}", read.text);
    }
}
