//! Yesterday and today: what waits for somebody now.

use serde_json::json;

use super::{
    letter::Letter,
    person::id_of,
    teller::{Teller, answers_and_closes, asks, customer, does, reason, takes_over, writes},
};
use crate::Failure;

pub async fn since_yesterday(week: &mut Teller) -> Result<(), Failure> {
    mails(week).await?;
    people(week).await?;
    requests(week).await
}

/// One proven mail becomes a request; four others wait in quarantine, each for another reason.
async fn mails(week: &mut Teller) -> Result<(), Failure> {
    week.at(1, 7, 48).await?;
    week.letter(Letter {
        from: "Ines Kaltenbach <ines@kaltenbach.example>",
        subject: "Maps stay grey on the tracking page",
        text: "Good morning,\n\nsince the update last night all maps are grey. The lists still work.\n\nInes Kaltenbach",
        proven: true,
        fields: "",
    })
    .await?;
    week.at(1, 8, 20).await?;
    week.letter(Letter {
        from: "Marta Oduya <marta@oduya-ceramics.example>",
        subject: "Bitte neue Bankverbindung eintragen",
        text: "Hallo,\n\nbitte ändern Sie unsere Bankverbindung noch heute. Die Nummer folgt.\n\nM. Oduya",
        proven: false,
        fields: "",
    })
    .await?;
    week.later(31).await?;
    week.letter(Letter {
        from: "Paul Wendt <paul@wendt-druck.example>",
        subject: "Frage zu Ihren Tarifen",
        text: "Guten Tag,\n\nwas kostet bei Ihnen ein Server für einen kleinen Shop?\n\nPaul Wendt",
        proven: true,
        fields: "",
    })
    .await?;
    week.later(44).await?;
    week.letter(Letter {
        from: "Branchenbrief <brief@branchenbrief.example>",
        subject: "Fünf Trends für das neue Jahr",
        text: "Lesen Sie heute: was Ihre Kunden wirklich wollen.",
        proven: true,
        fields: "List-Id: <brief.branchenbrief.example>\r\nPrecedence: bulk\r\n",
    })
    .await?;
    week.later(12).await?;
    week.letter(Letter {
        from: "Grace Harbour <grace@harbour-finch.example>",
        subject: "Automatic reply: Statistics are empty",
        text: "I am out of the office until Monday. For anything urgent please write to Ben.",
        proven: true,
        fields: "Auto-Submitted: auto-replied\r\n",
    })
    .await
}

/// A change of contacts that waits for a second one, and a guest.
async fn people(week: &mut Teller) -> Result<(), Failure> {
    week.at(1, 10, 2).await?;
    let contact = json!({
        "first_name": "Amelie", "last_name": "Finch", "address": "amelie@harbour-finch.example", "role": "member",
        "support": true, "instruction": false, "language": "en",
    });
    week.grace.post("/support-settings/contacts", contact).await?;
    let view = json!({ "name": "Dringend und ohne Person", "query": "state=open&priority=urgent" });
    week.lena.try_post("/ticket-views", view).await;
    Ok(())
}

async fn requests(week: &mut Teller) -> Result<(), Failure> {
    week.at(1, 15, 10).await?;
    let told = ["Switched the shop to the new theme", "It looks new", "Half of it looks old"];
    let first = asks(&mut week.ben, "The theme is applied by half", told).await?;
    week.later(6).await?;
    let told = ["Switched the theme again", "It looks new", "Still half of it"];
    let again = asks(&mut week.ben, "Theme, once more", told).await?;
    week.later(20).await?;
    takes_over(&mut week.mira, &first).await?;
    // Two requests about one thing are one.
    let merge = week.mira.post(&format!("/tickets/{again}/merge"), json!({ "into_id": first })).await;
    if let Err(refused) = merge {
        tracing::debug!(%refused, "the two requests stay two");
    }
    writes(&mut week.mira, &first, "Hello Ben,\n\nplease empty the shop's cache once, under *Shop › Cache*.")
        .await?;
    week.later(48).await?;
    writes(&mut week.ben, &first, "All of it is new now. Thanks.").await?;
    week.later(5).await?;
    answers_and_closes(&mut week.mira, &first, "Good. Closed.").await?;

    week.ago(170).await?;
    let told = ["Kurs angelegt", "Er steht auf der Seite", "Er fehlt, auch nach einer Stunde"];
    let ticket = asks(&mut week.marta, "Neuer Kurs erscheint nicht", told).await?;
    week.ago(150).await?;
    takes_over(&mut week.lena, &ticket).await?;
    let text = "Guten Tag Frau Oduya,\n\nich sehe mir das an. Steht der Kurs bei Ihnen auf *öffentlich*?\n\nLena Brandt";
    writes(&mut week.lena, &ticket, text).await?;
    week.ago(118).await?;
    writes(&mut week.marta, &ticket, "Ja, seit gestern Abend.").await?;
    // It is Lena's turn again, and nothing is open: she gave it back before her break.
    week.ago(95).await?;
    does(&mut week.lena, "release", &ticket).await?;

    tracking(week).await?;
    week.ago(64).await?;
    let phone = json!({
        "contact_id": week.siri.id, "number": null, "proof": "none", "subject": "Second shop: which plan?",
        "note": "Siri asked on the phone. She could not read a PIN out from where she was.",
    });
    week.mira.post("/calls", phone).await?;
    week.ago(25).await?;
    let body = json!({
        "subject": "Checkout is down", "done": "Nothing, it began by itself", "expected": "People can pay",
        "happened": "Every payment ends with a blank page", "affected": "Everybody who wants to buy",
    });
    week.grace.post("/tickets", body).await.map(drop)
}

/// The mail of yesterday is being worked on: one door is open while the demo starts.
async fn tracking(week: &mut Teller) -> Result<(), Failure> {
    week.ago(80).await?;
    let customer = customer(&mut week.lena, "10002").await?;
    let found = week.lena.get(&format!("/tickets?customer={customer}&state=new")).await?;
    let ticket =
        id_of(found["items"].as_array().and_then(|all| all.first()).ok_or("the mail made a request")?)?;
    let ground = takes_over(&mut week.lena, &ticket).await?;
    let app = week.app();
    let why = reason("fault", "To see the maps as Ines sees them");
    let visit = Teller::opens(&app, &mut week.lena, &ground, Some(why)).await?;
    week.looks(&visit, &["/", "/servers", "/servers/srv-201", "/servers/srv-201/log"], 2).await?;
    visit.ends(&mut week.lena).await?;
    let text = "Hello Ines,\n\nthe maps come from an address that your firewall turns away since the update. Which \
                of your offices is it?\n\nLena Brandt";
    writes(&mut week.lena, &ticket, text).await
}
