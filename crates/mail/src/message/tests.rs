//! Messages read, good and hostile.

use super::*;

fn lines(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[test]
fn an_ordinary_message_is_read() {
    let message = read(&lines(
        "From: =?utf-8?q?J=C3=BCrgen_Blau?= <Juergen@Blau.example>\nTo: support@nordlicht.example, b@c.example\n\
         Cc: \"Rot, Rita\" <rita@rot.example>\nSubject: =?utf-8?B?R3LDvMOfZQ==?= aus Kiel\n\
         Date: Fri, 20 Nov 2026 10:00:00 +0100\nMessage-ID: <a1@blau.example>\n\
         References: <x@nordlicht.example>\n <y@nordlicht.example>\nContent-Type: text/plain; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n\nAm 19.11.2026 um 10:00 schrieb Support:\n> alt\n",
    ));
    let from = message.from.one().unwrap();
    assert_eq!((from.name.as_str(), from.address.as_str()), ("Jürgen Blau", "juergen@blau.example"));
    assert_eq!(message.to.len(), 2);
    assert_eq!(message.cc[0].name, "Rot, Rita");
    assert_eq!(message.subject, "Grüße aus Kiel");
    assert_eq!(message.date, Some(Moment(1_795_165_200_000_000)));
    assert_eq!(message.message_id.as_deref(), Some("a1@blau.example"));
    assert_eq!(message.references, ["x@nordlicht.example", "y@nordlicht.example"]);
    assert_eq!(message.text.own, "Grüße");
    assert!(message.text.quoted.unwrap().starts_with("Am 19.11."));
    assert_eq!(message.nature, Nature::Person);
    assert_eq!(message.flaws, [""; 0]);
}
