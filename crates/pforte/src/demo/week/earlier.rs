//! What lies behind: the last month, and the working week.

use serde_json::json;

use super::teller::{
    Teller, answers_and_closes, asks, customer, does, notes, reason, redeems, takes_over, writes,
};
use crate::Failure;

/// Requests that are closed or locked by now.
pub async fn last_month(week: &mut Teller) -> Result<(), Failure> {
    locked(week).await?;
    closed_by_agreement(week).await?;
    closed_by_silence(week).await
}

/// Over thirty days old: nobody writes in it any more (rule B15).
async fn locked(week: &mut Teller) -> Result<(), Failure> {
    week.at(33, 9, 12).await?;
    let told = ["Rechnung 2026-0904 geöffnet", "Unsere neue Anschrift", "Noch die alte in der Tonstraße"];
    let ticket = asks(&mut week.marta, "Alte Anschrift auf der Rechnung", told).await?;
    week.at(33, 10, 5).await?;
    takes_over(&mut week.lena, &ticket).await?;
    let text = "Guten Tag Frau Oduya,\n\ndie Anschrift ändern Sie selbst unter *Konto*. Die nächste Rechnung \
                trägt dann die neue.\n\nViele Grüße\nLena Brandt";
    writes(&mut week.lena, &ticket, text).await?;
    week.at(33, 11, 40).await?;
    writes(&mut week.marta, &ticket, "Gefunden und geändert, danke schön!").await?;
    week.at(33, 11, 52).await?;
    answers_and_closes(&mut week.lena, &ticket, "Gern. Ich schließe die Anfrage damit.").await
}

async fn closed_by_agreement(week: &mut Teller) -> Result<(), Failure> {
    week.at(21, 8, 31).await?;
    let told = ["Sent our own contact form", "A mail in our inbox", "Nothing arrives, for three days now"];
    let ticket = asks(&mut week.grace, "The contact form sends nothing", told).await?;
    week.at(21, 9, 2).await?;
    let ground = takes_over(&mut week.mira, &ticket).await?;
    let why = reason("fault", "To see whether the form's mails leave the server");
    let app = week.app();
    let visit = Teller::opens(&app, &mut week.mira, &ground, Some(why)).await?;
    week.looks(&visit, &["/", "/servers", "/servers/srv-401", "/servers/srv-401/log"], 3).await?;
    visit.ends(&mut week.mira).await?;
    let text = "Hello Grace,\n\nthe form's sender was an address at your old domain, so your mail server turned \
                its mails away. Set it under *Settings › Forms* to the new one.\n\nBest wishes\nMira Sandoval";
    writes(&mut week.mira, &ticket, text).await?;
    week.at(20, 14, 20).await?;
    writes(&mut week.grace, &ticket, "That was it. The mails arrive. Thank you!").await?;
    week.at(20, 14, 41).await?;
    answers_and_closes(&mut week.mira, &ticket, "Glad to hear it. I am closing this one.").await
}

/// Nobody answered for fourteen days (rule B14).
async fn closed_by_silence(week: &mut Teller) -> Result<(), Failure> {
    week.at(19, 10, 15).await?;
    let told = ["Ordered a third tracking server", "It starts", "It says *updating* since yesterday"];
    let ticket = asks(&mut week.ines, "New server does not start", told).await?;
    week.at(19, 11, 3).await?;
    takes_over(&mut week.mira, &ticket).await?;
    let text =
        "Hello Ines,\n\nwhich of the two plans did you choose? The larger one needs a restart once.\n\nMira";
    writes(&mut week.mira, &ticket, text).await
}

/// Monday to Thursday.
pub async fn last_week(week: &mut Teller) -> Result<(), Failure> {
    call_with_a_pin(week).await?;
    cut_by_the_customer(week).await?;
    hour_up(week).await?;
    file_with_secrets(week).await?;
    left_idle(week).await?;
    waits_too_long(week).await
}

/// A phone call: the PIN is read out, and the session ends when the agent is done.
async fn call_with_a_pin(week: &mut Teller) -> Result<(), Failure> {
    week.at(6, 9, 24).await?;
    let why = reason("fault", "Der Shop zeigt seit dem Morgen eine Fehlerseite");
    let record =
        json!({ "channel": "phone", "from": "+49 30 23125100", "note": "Ruft aus der Werkstatt an." });
    let ground = redeems(&mut week.marta, &mut week.lena, "10001", why, record).await?;
    let app = week.app();
    let visit = Teller::opens(&app, &mut week.lena, &ground, None).await?;
    let pages =
        ["/", "/servers", "/servers/srv-101", "/servers/srv-101/log", "/domains", "/invoices/2026-1104"];
    week.looks(&visit, &pages, 2).await?;
    visit.ends(&mut week.lena).await?;
    let call = json!({
        "contact_id": week.marta.id, "number": "+49 30 23125100", "proof": "pin", "ground_id": ground,
        "note": "Der Shop lief in seine Speichergrenze. Größerer Tarif besprochen, Angebot folgt.",
        "subject": "Shop zeigt Fehlerseite",
    });
    let recorded = week.lena.post("/calls", call).await?;
    let ticket = recorded["ticket"]["id"].as_str().ok_or("a call makes a ticket")?.to_owned();
    week.later(12).await?;
    does(&mut week.marta, "confirm", &ticket).await?;
    takes_over(&mut week.lena, &ticket).await?;
    let text = "Guten Tag Frau Oduya,\n\nhier das Angebot wie besprochen: *Cloud L* statt *Cloud M*, 12 € mehr im \
                Monat. Sollen wir umstellen?\n\nLena Brandt";
    writes(&mut week.lena, &ticket, text).await?;
    week.at(6, 14, 3).await?;
    writes(&mut week.marta, &ticket, "Ja, bitte gleich umstellen.").await?;
    week.at(6, 14, 30).await?;
    answers_and_closes(&mut week.lena, &ticket, "Umgestellt. Der Shop hat jetzt doppelt so viel Speicher.")
        .await
}

/// The customer had seen enough.
async fn cut_by_the_customer(week: &mut Teller) -> Result<(), Failure> {
    week.at(5, 13, 8).await?;
    let told = ["Opened the statistics", "Numbers of this week", "The page is empty since Sunday"];
    let ticket = asks(&mut week.grace, "Statistics are empty", told).await?;
    week.at(5, 13, 30).await?;
    let ground = takes_over(&mut week.mira, &ticket).await?;
    let app = week.app();
    let why = reason("fault", "To look at the jobs that fill the statistics");
    let visit = Teller::opens(&app, &mut week.mira, &ground, Some(why)).await?;
    week.looks(&visit, &["/servers", "/servers/srv-402", "/servers/srv-402/log", "/account"], 4).await?;
    week.grace.post(&format!("/grounds/{ground}/end"), serde_json::Value::Null).await?;
    let text = "I ended the session because we are about to deploy. Tomorrow morning suits us better.";
    writes(&mut week.grace, &ticket, text).await?;
    week.later(9).await?;
    let text = "Of course. I have seen enough: the nightly job needs a new key. It is under *Settings › Keys*, where \
                only you get in. Tell me if it stays empty.";
    writes(&mut week.mira, &ticket, text).await?;
    notes(&mut week.mira, &ticket, "Key of 2024, expired on Sunday.").await?;
    week.at(4, 8, 15).await?;
    writes(&mut week.grace, &ticket, "New key, numbers are back. You can close this.").await?;
    week.at(4, 8, 30).await?;
    answers_and_closes(&mut week.mira, &ticket, "Thank you for telling me.").await
}

/// Work that took the whole hour (rule T24).
async fn hour_up(week: &mut Teller) -> Result<(), Failure> {
    week.at(4, 14, 2).await?;
    let told = ["Domain umgezogen", "Post kommt an", "Seit dem Umzug kommt keine Post mehr"];
    let ticket = asks(&mut week.marta, "Keine Post nach dem Umzug der Domain", told).await?;
    week.at(4, 14, 20).await?;
    let ground = takes_over(&mut week.lena, &ticket).await?;
    let app = week.app();
    let why = reason("fault", "Einträge der Domain prüfen");
    let visit = Teller::opens(&app, &mut week.lena, &ground, Some(why)).await?;
    let pages = ["/domains", "/servers", "/servers/srv-101", "/", "/servers/srv-102", "/servers", "/domains"];
    week.looks(&visit, &pages, 9).await?;
    let text = "Guten Tag Frau Oduya,\n\nder Eintrag für die Post zeigt noch auf den alten Server. Dürfen Sie ihn \
                selbst ändern, oder soll ich mich melden?\n\nLena Brandt";
    writes(&mut week.lena, &ticket, text).await?;
    week.at(4, 16, 50).await?;
    let text = "Geändert. Wir warten bis morgen und melden uns, falls nichts ankommt.";
    writes(&mut week.marta, &ticket, text).await?;
    week.at(3, 8, 40).await?;
    answers_and_closes(&mut week.lena, &ticket, "Die Post kommt an, wie ich sehe. Schönen Tag!").await
}

/// A recording with live secrets in it: support sees the copy without them, the original takes two people.
async fn file_with_secrets(week: &mut Teller) -> Result<(), Failure> {
    week.at(3, 10, 12).await?;
    let har = json!({ "log": { "version": "1.2", "creator": { "name": "Browser", "version": "1" }, "entries": [{
        "startedDateTime": "2026-11-24T10:11:00Z", "time": 412,
        "request": { "method": "GET", "url": "https://shop.oduya-ceramics.example/basket", "httpVersion": "HTTP/2",
            "headers": [{ "name": "Cookie", "value": "session=sample-not-a-real-one" }], "queryString": [],
            "cookies": [], "headersSize": 120, "bodySize": 0 },
        "response": { "status": 500, "statusText": "", "httpVersion": "HTTP/2", "headers": [], "cookies": [],
            "content": { "size": 0, "mimeType": "text/html" }, "redirectURL": "", "headersSize": 90, "bodySize": 0 },
        "cache": {}, "timings": { "send": 1, "wait": 400, "receive": 11 },
    }] } });
    let file = week.jonas.upload("basket.har", "application/json", &har.to_string()).await?;
    let body = json!({
        "subject": "The basket fails at the last step", "done": "Recorded it in the browser",
        "expected": "The order goes through", "happened": "Error 500 after *Order*", "attachments": [file],
    });
    let ticket = super::person::id_of(&week.jonas.post("/tickets", body).await?)?;
    week.at(3, 10, 40).await?;
    takes_over(&mut week.lena, &ticket).await?;
    let why = "The failing call needs its session to be followed in our log";
    week.lena.try_post(&format!("/attachments/{file}/original/ask"), json!({ "why": why })).await;
    notes(&mut week.lena, &ticket, "Asked for the original recording.").await?;
    week.later(11).await?;
    does(&mut week.lena, "release", &ticket).await.map(drop)
}

/// Called away: fifteen minutes without a request end a session.
async fn left_idle(week: &mut Teller) -> Result<(), Failure> {
    week.at(3, 15, 5).await?;
    let why = reason("question", "Asked which plan fits a second shop");
    let record = json!({ "channel": "voice", "from": "Siri", "note": null });
    let ground = redeems(&mut week.siri, &mut week.mira, "10003", why, record).await?;
    let app = week.app();
    let visit = Teller::opens(&app, &mut week.mira, &ground, None).await?;
    week.looks(&visit, &["/", "/servers"], 16).await
}

/// Waits for support for days: the leads are told.
async fn waits_too_long(week: &mut Teller) -> Result<(), Failure> {
    week.at(3, 16, 22).await?;
    let told = ["Looked for the invoice of October", "A PDF", "The list ends in September"];
    asks(&mut week.siri, "Invoice of October is missing", told).await?;
    // Five wrong guesses: the PIN dies, and the customer is told (control 4).
    week.at(2, 11, 30).await?;
    week.siri.post("/pin", serde_json::Value::Null).await?;
    let customer = customer(&mut week.mira, "10003").await?;
    for digits in ["204177331", "204177390", "204717338", "204178330", "240177335"] {
        let body = json!({
            "customer_id": customer, "contact_id": week.siri.id, "digits": digits,
            "reason": reason("question", "A caller who gave this name"),
            "record": { "channel": "voice", "from": "Siri", "note": null },
        });
        week.mira.try_post("/pin/redeem", body).await;
    }
    Ok(())
}
