//! Machines' mails: absence notices, bounces, lists, bulk, loops, third parties' confirmations
//! (controls 42, 45, 47; RFC 3834, RFC 2369, RFC 2919). All are signed: proof is not the point.

use crate::{
    Row,
    mail::{Mail, from},
};

fn kim() -> Mail {
    from("Kim <kim@customer.example>")
}

fn row(name: &str, mail: Mail, expected: &'static str) -> Row {
    Row::own(name, &mail.signed("customer.example"), expected)
}

fn field(name: &str, value: &str, expected: &'static str) -> Row {
    row(&format!("{name}: {value}"), kim().with(name, value), expected)
}

pub fn rows() -> Vec<Row> {
    let automatic = "proven mail.automatic";
    let mut rows = vec![
        field("Auto-Submitted", "auto-replied", automatic),
        field("Auto-Submitted", "auto-generated; x=y", automatic),
        field("Auto-Submitted", "no", "proven"),
        // People's programs write it, too; beside an absence's words it says what they mean.
        field("X-Auto-Response-Suppress", "OOF, AutoReply", "proven"),
        field("X-Auto-Response-Suppress", "All", "proven"),
        field("X-MS-Exchange-Inbox-Rules-Loop", "kim@customer.example", automatic),
        field("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent", automatic),
        field("X-Autoreply", "no", "proven"),
        field("X-Auto-Reply", "yes", automatic),
        field("Precedence", "auto-reply", automatic),
        field("X-Auto-Response-Suppress", "None", "proven"),
        field("X-Autoreply", "yes", automatic),
        field("X-Autorespond", "away", automatic),
        field("Precedence", "auto_reply", automatic),
        field("Precedence", "bulk", "proven mail.bulk"),
        field("Precedence", "junk", "proven mail.bulk"),
        field("Precedence", "list", "proven mail.list"),
        field("Precedence", "first-class", "proven"),
        field("Return-Path", "<>", automatic),
        field("Return-Path", "<kim@customer.example>", "proven"),
        field("List-ID", "Users <users.list.example>", "proven mail.list"),
        field("List-Id", "<users.list.example>", "proven mail.list"),
        field("List-Post", "<mailto:users@list.example>", "proven mail.list"),
        field("Mailing-List", "list users@list.example", "proven mail.list"),
        field("List-Unsubscribe", "<https://list.example/u>", "proven mail.bulk"),
        field("Feedback-ID", "1:2:3:sender", "proven mail.bulk"),
        field("X-Pforte", "0198c0de", "proven mail.loop"),
        field("X-Loop", "support@nordlicht.example", "proven mail.loop"),
        row(
            "more than thirty servers on the way",
            (0..31).fold(kim(), |mail, _| mail.top("Received", "from a by b; now")),
            "proven mail.loop",
        ),
        row(
            "thirty servers on the way",
            (0..30).fold(kim(), |mail, _| mail.top("Received", "from a by b; now")),
            "proven",
        ),
        Row::own("an empty envelope", &kim().signed("customer.example"), "proven mail.automatic")
            .by("192.0.2.10", "<>"),
        row("from the mail server", from("MAILER-DAEMON@customer.example"), automatic),
        row("from the postmaster", from("postmaster@customer.example"), automatic),
    ];
    rows.extend(
        [
            "Automatische Antwort: Drucker",
            "Automatic reply: Printer",
            "Abwesenheitsnotiz: Drucker",
            "Abwesend bis 3.12.",
            "Out of Office: Printer",
            "Out of Office",
            "Abwesenheitsmeldung - Drucker",
            "=?utf-8?q?R=C3=A9ponse_automatique_=3A_Imprimante?=",
            "Risposta automatica: Stampante",
            "=?utf-8?q?Respuesta_autom=C3=A1tica=3A_Impresora?=",
            "Automatisch antwoord: Printer",
            "=?utf-8?q?Odpowied=C5=BA_automatyczna=3A_Drukarka?=",
            "=?utf-8?q?Nicht_im_B=C3=BCro?=",
            "AutoReply: Printer",
        ]
        .map(|subject| row(subject, kim().subject(subject), automatic)),
    );
    rows.extend(
        [
            "Re: Out of office",
            "Abwesenheitsnotiz lässt sich nicht einstellen",
            "Abwesenheit im Kalender fehlt",
            "Out of Office calendar does not sync",
            "Auto: Bremse quietscht",
            "Vacation planner is empty",
            "The office is out of paper",
            "Automatische Türen",
            "Re: your automatic backup",
            "Antwort",
            "Urlaub planen",
        ]
        .map(|subject| row(subject, kim().subject(subject), "proven")),
    );
    rows.extend(confirmations());
    rows.extend(reports());
    rows
}

/// Control 45.
fn confirmations() -> Vec<Row> {
    let mail = |sender: &str, subject: &str, body: &str| {
        from(&format!("{sender}@customer.example")).subject(subject).body(body)
    };
    let link = "Open https://shop.example/confirm?x=1\n";
    let found = "proven mail.verification";
    vec![
        row("verify", mail("no-reply", "Verify your email address", link), found),
        row("verify, from somebody", mail("hello", "Please verify your email", link), found),
        row("bestätigen", mail("noreply", "Bitte bestätigen Sie Ihre E-Mail-Adresse", link), found),
        row("a code", mail("security", "Your verification code is 482913", ""), found),
        row("a code in the text", mail("no-reply", "Welcome", "Your security code: 482913\n"), found),
        row("sign in", mail("noreply", "Sign in to Example", link), found),
        row("a magic link", mail("account-noreply", "Your magic link", link), found),
        row("a new password", mail("no-reply", "Reset your password", link), found),
        row("ein Code", mail("no-reply", "Ihr Sicherheitscode", "4829\n"), found),
        row(
            "a person and a postcode",
            mail("kim", "Passwort zurücksetzen geht nicht", "Der Knopf tut nichts.\nKim\n10999 Berlin\n"),
            "proven",
        ),
        row(
            "a person and a year",
            mail("kim", "Cannot sign in to webmail", "since the update of 2026 it fails\n"),
            "proven",
        ),
        row(
            "a person, a code and a postcode",
            mail(
                "kim",
                "Security code is not accepted",
                "The code from my app is rejected. Kim, 20457 Hamburg\n",
            ),
            "proven",
        ),
        row(
            "a person and a link",
            mail("kim", "Password reset fails", "See https://www.customer.example/impressum\n"),
            "proven",
        ),
        row(
            "a person asks about it",
            mail("kim", "Verification code never arrives", "I wait and wait.\n"),
            "proven",
        ),
        row(
            "a person mentions it",
            mail("kim", "Login", "I cannot reset your password page, error 5000\n"),
            "proven",
        ),
    ]
}

fn reports() -> Vec<Row> {
    let report = |kind: &str, inner: &str| {
        from("MAILER-DAEMON@customer.example")
            .subject("Undelivered Mail Returned to Sender")
            .with("MIME-Version", "1.0")
            .with("Content-Type", &format!("multipart/report; report-type={kind}; boundary=b"))
            .body(&format!("--b\n\nIt came back.\n--b\n{inner}\n--b--\n"))
    };
    let status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n";
    let plain = from("MAILER-DAEMON@customer.example")
        .subject("Undeliverable: Printer")
        .body("x@y.example: unknown\n");
    vec![
        row("a delivery report", report("delivery-status", status), "proven mail.bounce"),
        row("a delivery report, empty", report("delivery-status", ""), "proven mail.bounce"),
        row("a failure in plain words", plain, "proven mail.bounce"),
        row(
            "a receipt",
            report("disposition-notification", "Content-Type: message/disposition-notification\n\nDisposition: automatic-action; displayed\n").without("From").with("From", "Kim <kim@customer.example>").subject("Read: Printer"),
            "proven mail.automatic",
        ),
    ]
}
