//! Parts, files, reports.

use pforte_mail::message::{Nature, address};

use crate::message;

#[test]
fn text_html_and_files_are_found() {
    let message = message(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_a b\"\n",
        "preamble\n--=_a b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\
         Content-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: base64\n\nR3L832U=\n\
         --c\nContent-Type: text/html\n\n<p>Gr&uuml;&szlig;e <img src=\"cid:pic\"></p>\n--c--\n--=_a b\n\
         Content-Type: image/png\nContent-ID: <pic>\nContent-Disposition: inline; filename=\"../../b.png\"\n\
         Content-Transfer-Encoding: base64\n\niVBORw0K\n--=_a b\nContent-Type: text/plain\n\
         Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.txt\n\nfile\n--=_a b--\nepilogue\n",
    );
    assert_eq!(message.text.own, "Grüße");
    assert_eq!(message.html.as_deref(), Some("<p>Grüße <img data-cid=\"pic\"></p>"));
    let [picture, text] = message.attachments.as_slice() else { panic!("{:?}", message.attachments) };
    assert_eq!((picture.name.as_str(), picture.media_type.as_str()), ("b.png", "image/png"));
    assert_eq!(picture.content_id.as_deref(), Some("pic"));
    assert_eq!(picture.bytes, b"\x89PNG\r\n");
    assert_eq!((text.name.as_str(), text.bytes.as_slice()), ("Grüße.txt", b"file".as_slice()));
    assert!(message.flaws.is_empty(), "{:?}", message.flaws);
}

#[test]
fn html_alone_gives_the_text_too() {
    let message = message("Content-Type: text/html; charset=utf-8\n", "<p>Hello</p><p>Kim</p>");
    assert_eq!(message.text.own, "Hello\n\nKim");
}

#[test]
fn names_of_files_are_only_names() {
    for (given, name) in [
        ("a.txt", "a.txt"),
        ("..\\\\..\\\\a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        (".htaccess", "htaccess"),
        ("", "attachment"),
        ("a\u{202e}txt.exe", "atxt.exe"),
        ("<b>:\u{7}|?.png", "b.png"),
    ] {
        let body = "x";
        let head = format!(
            "Content-Type: application/x-thing\nContent-Disposition: attachment; filename=\"{given}\"\n"
        );
        assert_eq!(message(&head, body).attachments[0].name, name, "{given}");
    }
}

#[test]
fn a_bounce_names_what_came_back() {
    let message = message(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        "--b\n\nIt came back.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\n\
         Final-Recipient: rfc822; Kim@Customer.example\nAction: failed\nStatus: 5.1.1\n\n--b\n\
         Content-Type: message/rfc822\n\nMessage-ID: <ours@nordlicht.example>\nSubject: x\n\nold\n--b--\n",
    );
    let Nature::Bounce(bounce) = message.nature else { panic!("{:?}", message.nature) };
    assert_eq!(bounce.originals, ["ours@nordlicht.example"]);
    assert_eq!(bounce.recipient.as_deref(), Some("kim@customer.example"));
    assert!(bounce.permanent);
}

#[test]
fn a_delay_is_no_permanent_failure() {
    let message = message(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\n\
         Final-Recipient: rfc822; kim@customer.example\nAction: delayed\nStatus: 4.4.1\n--b--\n",
    );
    assert!(matches!(message.nature, Nature::Bounce(bounce) if !bounce.permanent));
}

/// Control 40: what looks alike has one skeleton, however it is written.
#[test]
fn addresses_that_look_alike_have_one_skeleton() {
    let own = address::skeleton("kim@customer.example");
    for alike in ["kim@сustomer.example", "KIM@custorner.example", "kim@cu\u{455}tomer.example"] {
        assert_eq!(address::skeleton(alike), own, "{alike}");
    }
    for other in ["kim@customers.example", "tim@customer.example"] {
        assert_ne!(address::skeleton(other), own, "{other}");
    }
}
