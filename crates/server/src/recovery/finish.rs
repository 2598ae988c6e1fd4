//! The last step: password and second factor are set anew, and everything that was open ends.

use data_encoding::BASE32_NOPAD;
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Entry, Event, SignInWay},
    kernel::{EntryId, Moment, ProviderId, SignInId},
    pin::DeadWhy,
    recovery::{Lost, MAX_WRONG_TRIES, RecoveryEnd, RecoveryState, Way},
};
use pforte_store::{
    Change, Tx, address, contact, pin, recovery,
    sign_in::{self, Person},
    staff,
};

use super::{
    Case, again, must_be, not_ready, over,
    tell::{Post, Step},
};
use crate::{
    cx::App,
    cx::throttle,
    cx::{Problem, password},
    door::{EndAsk, Touched, Whose},
    people::Who,
    signin::{self, check_new_password, codes, wrong},
};

/// What the person types at the end.
#[derive(Debug, Default)]
pub struct Typed {
    /// The new one, or, where only the second factor was lost, the one that stays.
    pub password: String,
    /// Of the new secret; where the own second factor counts, of the one there is.
    pub totp: Option<String>,
    /// What came another way than mail, from the provider.
    pub code: Option<String>,
}

/// The new secret for an app that makes one-time codes.
#[derive(Debug)]
pub struct NewSecret {
    /// Base 32.
    pub secret: String,
    pub url: String,
}

impl Case {
    /// Whether the second factor is set anew: a contact's if it was lost, one of the staff's always.
    pub fn sets_codes(&self) -> bool {
        match &self.who {
            Who::Staff(_) => true,
            Who::Contact(_) => self.recovery.course.lost.is_some_and(Lost::codes),
        }
    }
}

/// Whether a contact's own second factor is enough beside the link. Where the address is not surely theirs alone, the
/// link says too little (rules Z13 to Z15).
pub(super) async fn own_code_counts(app: &App, case: &Case) -> Result<bool, Problem> {
    let Who::Contact(contact) = &case.who else { return Ok(false) };
    let flags = contact::primary_flags(&mut *app.read().await?, contact.provider, contact.id).await?;
    Ok(contact.totp_confirmed && contact.password_hash.is_some() && flags.is_empty())
}

/// Makes a new secret for one-time codes; it counts once its first code was right.
pub async fn new_totp(app: &App, key: &str) -> Result<NewSecret, Problem> {
    let found = super::by_key(app, key).await?;
    must_be(&found, RecoveryState::Ready)?;
    if !found.sets_codes() {
        return Err(not_ready());
    }
    let secret = app.sources.bytes::<20>();
    let sealed = app.secrets.seal(app.sources.bytes(), &secret).ok_or_else(wrong)?;
    let account = match &found.who {
        Who::Staff(staff) => staff.username.clone(),
        Who::Contact(contact) => contact.name(),
    };
    let url = password::totp(&secret, &account, "Pforte").and_then(|t| t.to_url().ok()).ok_or_else(wrong)?;
    let row = found.recovery;
    let kept =
        app.writer.upkeep(move |tx| Box::pin(async move { recovery::set_totp(tx, &row, &sealed).await }));
    if !kept.await? {
        return Err(over());
    }
    Ok(NewSecret { secret: BASE32_NOPAD.encode(&secret), url })
}

/// Refuses unless the password is the one there is. Wrong ones count, and too many end it.
pub(super) async fn check_password(app: &App, case: &Case, typed: String) -> Result<(), Problem> {
    let hash = match &case.who {
        Who::Staff(staff) => Some(staff.password_hash.clone()),
        Who::Contact(contact) => contact.password_hash.clone(),
    };
    let counted = count_try(app, case).await?;
    if app.passwords.check(typed, hash).await {
        return strike_try(app, case).await;
    }
    wrong_try(app, case, counted).await
}

/// A try at something secret, counted before it is compared: many that are sent side by side are no more.
#[derive(Clone, Copy, Debug)]
struct Counted(i64);

async fn count_try(app: &App, case: &Case) -> Result<Counted, Problem> {
    let row = case.recovery.clone();
    let counted = app
        .writer
        .upkeep(move |tx| Box::pin(async move { recovery::count_try(tx, &row, MAX_WRONG_TRIES).await }));
    counted.await?.map(Counted).ok_or_else(over)
}

/// It was right, and counts no more.
async fn strike_try(app: &App, case: &Case) -> Result<(), Problem> {
    let row = case.recovery.clone();
    let struck = app.writer.upkeep(move |tx| Box::pin(async move { recovery::strike_try(tx, &row).await }));
    Ok(struck.await?)
}

/// Notes something wrong; the last that is allowed ends it, and those concerned are told.
async fn wrong_try<T>(app: &App, found: &Case, Counted(tries): Counted) -> Result<T, Problem> {
    let now = app.sources.now();
    let failed =
        Event::SignInFailed { way: SignInWay::Recovery, browser: pforte_core::entry::Clean::name("") };
    let failed = found.entry(app, now, found.actor(), failed);
    let how = RecoveryEnd::Guessed;
    let ended =
        found.entry(app, now, found.actor(), Event::RecoveryEnded { recovery: found.recovery.id, how });
    let post = Post::new(app, found, Step::Stopped { how, by: found.name() }, now).await?;
    let row = found.recovery.clone();
    let post = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                if tries < MAX_WRONG_TRIES || !recovery::end(tx, &row, how, now).await? {
                    return Ok(Change::logged(None, failed));
                }
                post.save(tx).await?;
                let raised = post.raised();
                Ok::<_, Problem>(Change::logged(Some(post), failed).and(ended).and_all(raised))
            })
        })
        .await?;
    match post {
        Some(post) => {
            post.publish(app);
            Err(over())
        }
        None => Err(wrong()),
    }
}

/// Sets what is lost anew. Nobody is signed in by it: the first sign-in shows that all of it works.
pub async fn finish(app: &App, key: &str, typed: Typed) -> Result<(), Problem> {
    let found = super::by_key(app, key).await?;
    let (lost, way) = match found.state {
        RecoveryState::Begun if own_code_counts(app, &found).await? => (Lost::Password, Way::Code),
        RecoveryState::Ready => {
            let course = found.recovery.course;
            (course.lost.ok_or_else(over)?, course.way.ok_or_else(over)?)
        }
        RecoveryState::Begun | RecoveryState::Waiting | RecoveryState::Resting => return Err(not_ready()),
        _ => return Err(over()),
    };
    if lost.password() {
        check_new_password(&typed.password)?;
    }
    if let Some(right) = &found.recovery.code_hash {
        let counted = count_try(app, &found).await?;
        let given = typed.code.as_deref().map(|code| signin::hash_code(app, code));
        if given.as_ref() != Some(right) {
            return wrong_try(app, &found, counted).await;
        }
        strike_try(app, &found).await?;
    }
    if !lost.password() {
        check_password(app, &found, typed.password.clone()).await?;
    }
    let codes = match way {
        Way::Code => own_code(app, &found, typed.totp.as_deref()).await?,
        _ if found.sets_codes() => new_codes(app, &found, typed.totp.as_deref())?,
        _ => Codes { sealed: None, step: None },
    };
    let hash = match lost.password() {
        true => Some(app.passwords.hash(typed.password, app.sources.bytes()).await.ok_or_else(wrong)?),
        false => None,
    };
    save(app, &found, (lost, way), hash, codes).await
}

/// What becomes of the second factor.
struct Codes {
    /// The new secret; without one what is there stays.
    sealed: Option<String>,
    /// Of the code that was typed: it counts once (RFC 6238 §5.2).
    step: Option<i64>,
}

async fn own_code(app: &App, case: &Case, code: Option<&str>) -> Result<Codes, Problem> {
    let Who::Contact(contact) = &case.who else { return Err(over()) };
    let now = app.sources.now();
    codes::check(&mut *app.read().await?, contact.provider, case.recovery.person, now).await?;
    let counted = count_try(app, case).await?;
    let secret = contact.totp_sealed.as_deref().and_then(|sealed| app.secrets.open(sealed));
    let step = secret.and_then(|secret| password::totp_step(&secret, code.unwrap_or_default(), now));
    if let Some(step) = step {
        strike_try(app, case).await?;
        return Ok(Codes { sealed: None, step: Some(step) });
    }
    let key = throttle::name_key("recovery", &case.recovery.id.to_string());
    codes::wrong_code(app, codes::Owner::Contact(contact), &key, "").await?;
    wrong_try(app, case, counted).await
}

fn new_codes(app: &App, case: &Case, code: Option<&str>) -> Result<Codes, Problem> {
    let sealed = case.recovery.totp_sealed.clone().ok_or_else(not_ready)?;
    let secret = app.secrets.open(&sealed).ok_or_else(wrong)?;
    let Some(step) = password::totp_step(&secret, code.unwrap_or_default(), app.sources.now()) else {
        return Err(Problem::input([("totp", "Type the six digits that your app shows now.")]));
    };
    Ok(Codes { sealed: Some(sealed), step: Some(step) })
}

async fn save(
    app: &App,
    found: &Case,
    (lost, way): (Lost, Way),
    hash: Option<String>,
    codes: Codes,
) -> Result<(), Problem> {
    let now = app.sources.now();
    let post = Post::new(app, found, Step::Done, now).await?;
    let done = Event::Recovered { recovery: found.recovery.id, lost, way };
    let entry = found.entry(app, now, found.actor(), done);
    let ending = Ending::new(app, found, now);
    let was = found.clone();
    let (post, ended) = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let case = again(tx, &was, now).await?;
                // Taken back, refused or no longer approved since; or another secret than the one that was shown.
                let same = case.state == was.state && case.recovery.totp_sealed == was.recovery.totp_sealed;
                if !same {
                    return Err(if case.state == RecoveryState::Waiting { not_ready() } else { over() });
                }
                if way == Way::Code {
                    codes::check(tx.conn(), case.recovery.provider, case.recovery.person, now).await?;
                }
                renew(tx, &was, hash, codes).await?;
                if !recovery::end(tx, &case.recovery, RecoveryEnd::Done, now).await? {
                    return Err(over());
                }
                recovery::replace(tx, &case.recovery, now).await?;
                let (ended, further) = ending.run(tx).await?;
                post.save(tx).await?;
                Ok::<_, Problem>(Change::logged((post, ended), entry).and_all(further))
            })
        })
        .await?;
    ended.tell(app).await;
    post.publish(app);
    Ok(())
}

/// Writes the new secrets, if those of before are still what was looked at.
async fn renew(tx: &mut Tx, was: &Case, hash: Option<String>, codes: Codes) -> Result<(), Problem> {
    let (provider, new) = (was.recovery.provider, codes.sealed.is_some());
    let done = match &was.who {
        Who::Staff(person) => {
            let hash = hash.as_ref().unwrap_or(&person.password_hash);
            let sealed = codes.sealed.as_ref().unwrap_or(&person.totp_sealed);
            staff::recover(tx, person, hash, sealed).await?
        }
        Who::Contact(person) => {
            if person.password_hash.is_none()
                && signin::flag_if_shared(tx, person, was.recovery.created_at).await?.is_some()
            {
                return Err(crate::people::shared());
            }
            let hash = hash.or_else(|| person.password_hash.clone());
            let kept = person.totp_sealed.clone().filter(|_| person.totp_confirmed);
            let sealed = codes.sealed.or(kept);
            contact::recover(tx, person, hash.as_deref(), sealed.as_deref()).await?
        }
    };
    if !done {
        return Err(over());
    }
    if let Some(step) = codes.step {
        let taken = match (was.recovery.person, new) {
            (Person::Staff(id), true) => staff::first_totp_step(tx, provider, id, step).await?,
            (Person::Staff(id), false) => staff::take_totp_step(tx, provider, id, step).await?,
            (Person::Contact(id), true) => contact::first_totp_step(tx, provider, id, step).await?,
            (Person::Contact(id), false) => contact::take_totp_step(tx, provider, id, step).await?,
        };
        if !taken {
            return Err(wrong());
        }
    }
    Ok(())
}

/// What ends with the old secrets: sign-ins, links that wait in a mailbox, the PIN, and the count of what was wrong.
pub(super) struct Ending {
    now: Moment,
    provider: ProviderId,
    person: Person,
    customer: Option<pforte_core::kernel::CustomerId>,
    actor: Actor,
    /// Of the entry about the PIN that ends, if there is one.
    entry: EntryId,
}

/// To be told after the commit.
#[derive(Debug)]
pub(super) struct Ended {
    provider: ProviderId,
    person: Person,
    customer: Option<pforte_core::kernel::CustomerId>,
    actor: Actor,
    sign_ins: Vec<SignInId>,
}

impl Ending {
    pub fn new(app: &App, case: &Case, now: Moment) -> Self {
        Self {
            now,
            provider: case.recovery.provider,
            person: case.recovery.person,
            customer: case.recovery.customer,
            actor: case.actor(),
            entry: app.sources.id(now),
        }
    }

    pub async fn run(self, tx: &mut Tx) -> Result<(Ended, Vec<Entry>), Problem> {
        let Self { now, provider, person, customer, actor, entry } = self;
        let sign_ins = sign_in::end_all(tx, provider, person, None, now).await?;
        codes::forgive(tx, provider, person).await?;
        let mut entries = vec![];
        if let Person::Contact(contact) = person {
            sign_in::use_all_links(tx, provider, contact, now).await?;
            address::confirm_primary(tx, provider, contact, now).await?;
            if let Some(held) = pin::unended(tx.conn(), provider, contact).await? {
                pin::end(tx, provider, held.id, DeadWhy::Contact.word(), now).await?;
                let event = Event::PinKilled { pin: held.id, contact, why: DeadWhy::Contact };
                entries.push(Entry { id: entry, provider, customer, at: now, actor, event });
            }
        }
        Ok((Ended { provider, person, customer, actor, sign_ins }, entries))
    }
}

impl Ended {
    /// After the commit: whoever is signed in is out, and what was open through this person is shut.
    pub async fn tell(&self, app: &App) {
        for id in &self.sign_ins {
            app.door.sign_out(*id);
            app.end_visits_of_sign_in(*id, self.actor).await;
        }
        let (whose, touched) = match (self.person, self.customer) {
            (Person::Staff(id), _) => (Whose::Staff(id), Touched::Staff(id)),
            (Person::Contact(id), Some(customer)) => (Whose::Contact(id), Touched::Customer(customer)),
            (Person::Contact(_), None) => return,
        };
        let ask = EndAsk { how: EndedHow::Recovered, actor: self.actor };
        if let Err(error) = app.end_every(self.provider, whose, ask).await {
            tracing::error!(%error, "what was open through somebody who set secrets anew is not ended");
        }
        app.renew(&[touched]).await;
        app.end_touched(&[touched], self.actor).await;
    }
}
