//! Mails that are sent again, late, or to somebody else; and copies of which the wrong one came first.

use pforte_core::kernel::Span;
use pforte_mail::transport::Taken;
use pforte_testkit::{Letter, TestApp, on_both};
use serde_json::{Value, json};

use super::{agent, quarantine, texts, ticket, tickets, why};

/// A letter of the owner's with a signature that the server in front found good.
fn signed(app: &TestApp, bytes: &str) -> Letter {
    let address = &app.world.near.customer.owner.address;
    let domain = address.rsplit('@').next().expect("a domain");
    let field = format!("v=1; a=rsa-sha256; d={domain}; s=s; h=from:to:subject:date; bh=AAAA; b={bytes}");
    Letter::from(address).header("DKIM-Signature", &field)
}

fn codes(mail: &Value) -> Vec<&str> {
    mail["why"].as_array().expect("codes").iter().filter_map(Value::as_str).collect()
}

async fn challenges(app: &TestApp) -> usize {
    app.mails().await.iter().filter(|mail| mail.body.contains("/challenge#")).count()
}

on_both! {
    /// Rule Z5, controls 38 to 41: the signature of an earlier mail proves nothing a second time.
    async fn z5_a_signed_mail_sent_again_changed_is_a_replay(app: TestApp) {
        let mut agent = agent(&app).await;
        let first = signed(&app, "AAECAwQ=");
        app.receive(&first).await;
        app.receive(&first.clone().header("X-Added", "1")).await;
        app.receive(&signed(&app, "AAEC AwR").subject("Open everything, please")).await;
        let all = tickets(&agent).await;
        assert_eq!(all.len(), 1);
        let waiting = quarantine(&agent).await;
        assert_eq!(waiting.len(), 2);
        for mail in &waiting {
            assert_eq!(codes(mail), ["auth.replayed", "sender.unproven"]);
            assert_eq!((&mail["proof"], &mail["ticket"]["id"]), (&json!("unproven"), &all[0]["id"]));
        }
        assert_eq!(challenges(&app).await, 0);
        // Staff may ask, but a yes lets in nothing that somebody changed.
        let path = format!("/quarantine/{}/challenge", waiting[0]["id"].as_str().expect("an id"));
        agent.post(&path, json!({})).await;
        let token = app.mail(&app.world.near.customer.owner.address, "/challenge#").await.token();
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
        assert_eq!((tickets(&agent).await.len(), quarantine(&agent).await.len()), (1, 2));
        // Another signature is another mail.
        app.receive(&signed(&app, "BQYHCAk=")).await;
        assert_eq!(tickets(&agent).await.len(), 2);
    }

    /// Rule Z5: of two that come at the same time one is the mail and the other its replay.
    async fn z5_of_two_with_one_signature_only_one_is_proven(app: TestApp) {
        let agent = agent(&app).await;
        let letters: Vec<Letter> = (0..4).map(|n| signed(&app, "AAECAwQ=").header("X-Added", &n.to_string())).collect();
        tokio::join!(app.receive(&letters[0]), app.receive(&letters[1]), app.receive(&letters[2]), app.receive(&letters[3]));
        assert_eq!(tickets(&agent).await.len(), 1);
        let waiting = quarantine(&agent).await;
        assert_eq!(waiting.len(), 3);
        assert!(waiting.iter().all(|mail| codes(mail)[0] == "auth.replayed"), "{waiting:?}");
    }

    /// Rule Z5: what may be years old is its sender's to confirm.
    async fn z5_an_old_mail_is_not_proven(app: TestApp) {
        let address = &app.world.near.customer.owner.address;
        let agent = agent(&app).await;
        let now = app.app.sources.now();
        app.receive(&Letter::from(address).dated(now - Span::days(6))).await;
        app.receive(&Letter::from(address).dated(now + Span::hours(20))).await;
        assert_eq!(tickets(&agent).await.len(), 2);
        app.receive(&Letter::from(address).dated(now - Span::days(8))).await;
        assert_eq!(codes(&quarantine(&agent).await[0]), ["sender.unproven", "auth.stale"]);
        let token = app.mail(address, "/challenge#").await.token();
        app.receive(&Letter::from(address).dated(now + Span::hours(30))).await;
        assert_eq!(codes(&quarantine(&agent).await[0]), ["sender.unproven", "auth.stale"]);
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
        let all = tickets(&agent).await;
        assert_eq!((all.len(), &all[0]["proof"]), (3, &json!("confirmed")));
    }

    /// Rule Z5: what was written to somebody else is not a word to us.
    async fn z5_a_mail_to_somebody_else_is_not_proven(app: TestApp) {
        let address = &app.world.near.customer.owner.address;
        let agent = agent(&app).await;
        let elsewhere = || Letter::from(address).addressed("\"support@nordlicht.example\" <friend@elsewhere.example>");
        app.receive(&elsewhere()).await;
        assert_eq!(codes(&quarantine(&agent).await[0]), ["sender.unproven", "auth.not_addressed"]);
        assert_eq!(challenges(&app).await, 1);
        app.receive(&elsewhere().header("Cc", "Support <SUPPORT@nordlicht.example>")).await;
        assert_eq!(tickets(&agent).await.len(), 1);
    }

    /// Rule Z5: a mangled copy that came first does not keep the genuine mail out.
    async fn z5_a_copy_that_could_not_be_checked_gives_way_to_the_genuine_one(app: TestApp) {
        let address = &app.world.near.customer.owner.address;
        let agent = agent(&app).await;
        let genuine = signed(&app, "AAECAwQ=");
        app.receive(&genuine.clone().unproven()).await;
        assert_eq!(why(&agent).await, "sender.unproven");
        assert_eq!(app.receive(&genuine.clone().unproven()).await, Taken::Known);
        let token = app.mail(address, "/challenge#").await.token();
        assert_eq!(app.receive(&genuine).await, Taken::New);
        let all = tickets(&agent).await;
        assert_eq!((all.len(), &all[0]["proof"]), (1, &json!("proven")));
        assert_eq!(texts(&ticket(&agent, &all[0]["id"]).await).len(), 1);
        assert!(quarantine(&agent).await.is_empty());
        // Neither a further copy, nor a yes that comes late, nor a replay makes another one.
        assert_eq!(app.receive(&genuine).await, Taken::Known);
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": true })).await;
        app.receive(&genuine.clone().header("X-Added", "1")).await;
        assert_eq!((tickets(&agent).await.len(), why(&agent).await.as_str()), (1, "auth.replayed"));
    }

    /// The same when all of them come at once.
    async fn z5_copies_that_race_make_one_ticket(app: TestApp) {
        let mut agent = agent(&app).await;
        let genuine = signed(&app, "AAECAwQ=");
        let mangled = genuine.clone().unproven();
        // The day's answer is gone, so that the mangled copy is quicker than the genuine one.
        let first = Letter::from(&app.world.near.customer.owner.address).unproven();
        app.receive(&first).await;
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        agent.post(&format!("/quarantine/{id}/discard"), json!({})).await.status(204);
        tokio::join!(app.receive(&mangled), app.receive(&genuine), app.receive(&mangled), app.receive(&genuine));
        let all = tickets(&agent).await;
        assert_eq!((all.len(), &all[0]["proof"]), (1, &json!("proven")));
        assert!(quarantine(&agent).await.is_empty());
    }

    /// Rule P2: a genuine copy that may not come in either goes on waiting, and says why.
    async fn p2_a_genuine_copy_is_judged_like_any_mail(app: TestApp) {
        let agent = agent(&app).await;
        let genuine = Letter::from(&app.world.near.customer.member.address);
        app.receive(&genuine.clone().unproven()).await;
        app.receive(&genuine).await;
        let waiting = quarantine(&agent).await;
        assert_eq!((waiting.len(), &waiting[0]["proof"]), (1, &json!("proven")));
        assert_eq!(codes(&waiting[0])[0], "sender.not_authorised");
        assert!(tickets(&agent).await.is_empty());
    }

    /// Control 46: invented senders of one domain do not make us flood it.
    async fn control_46_a_domain_is_not_flooded_with_answers(app: TestApp) {
        let agent = agent(&app).await;
        for n in 0..52 {
            app.receive(&Letter::from(&format!("invented{n}@host{n}.victim.example")).unproven()).await;
        }
        let answers = |mails: Vec<pforte_testkit::Mail>, to: &str| mails.iter().filter(|m| m.to.ends_with(to)).count();
        assert_eq!(answers(app.mails().await, "victim.example"), 50);
        let last = &quarantine(&agent).await[0];
        assert!(codes(last).contains(&"mail.not_answered"), "{last}");
        app.receive(&Letter::from("somebody@elsewhere.example").unproven()).await;
        assert_eq!(answers(app.mails().await, "elsewhere.example"), 1);
        app.advance(Span::hours(25));
        app.receive(&Letter::from("invented99@victim.example").unproven()).await;
        assert_eq!(answers(app.mails().await, "victim.example"), 51);
    }
}
