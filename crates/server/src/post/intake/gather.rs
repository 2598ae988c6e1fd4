//! What the judgement of a mail looks at: read from the message, looked up in the database.

use pforte_core::{
    kernel::{CustomerId, Moment, ProviderId, Span, TicketId},
    sender::{
        Address, AddressKind, Answered, Code, InThread, Nature, Proof, Registered, Replay, SenderFacts, Sign,
        Standing, Thread, address_kind,
    },
};
use pforte_mail::{
    Message,
    authenticate::{Checked, Vouched},
    message::{FromField, Nature as Read, Sign as Reads, address as spelling},
    thread as refs,
};
use pforte_store::{
    Conn, StoreError, address, mail, mail_signature, outbox,
    sign_in::Person,
    support_address,
    ticket::{self, TicketRecord},
    watcher,
};
use uuid::Uuid;

use crate::cx::{App, sources::hash_token};

/// More mails from one address within an hour are a flood; nobody writes as many.
const FLOOD: i64 = 30;
const FLOOD_SPAN: Span = Span::hours(1);
/// So long after a mail of ours was written a report on it comes: three days of our own tries, and a week of
/// other servers'.
const REPORTS_COME: Span = Span::days(10);
/// As many of a mail's references are looked for among the sender's own mails.
const OWN_MAILS: usize = 10;
/// As many merges are followed to the ticket in which one goes on.
const MERGES: usize = 10;

/// Everything that is known of a mail before it is judged.
#[derive(Debug)]
pub struct Gathered {
    pub facts: SenderFacts,
    /// The sender's address, if it is one.
    pub from: Option<Address>,
    /// Whose address it is.
    pub sender: Option<address::Standing>,
    /// Our mail that came back.
    pub bounced: Option<outbox::Message>,
}

/// What a mail's sender proves, and whether it was there before.
#[derive(Clone, Debug)]
pub struct Seen {
    pub proof: Proof,
    pub codes: Vec<&'static str>,
    pub replay: Option<Replay>,
    /// Which of its fields count (rule Z5).
    pub vouched: Vouched,
    /// Whether the envelope names no sender, as that of a report does; also where no envelope is known.
    pub from_nobody: bool,
}

/// Looks for an earlier mail with one of these signatures. What bears one is not its sender's to send
/// again, however good the signature is (rule Z5).
pub async fn seen(
    conn: &mut Conn,
    provider: ProviderId,
    checked: &Checked,
    return_path: Option<&str>,
) -> Result<Seen, StoreError> {
    let hashes: Vec<String> = checked.signatures.iter().map(|one| one.hash.clone()).collect();
    let replay = mail_signature::seen(conn, provider, &hashes).await?;
    let proof = if replay.is_some() { Proof::Unproven } else { checked.proof };
    let vouched = if replay.is_some() { Vouched::default() } else { checked.vouched };
    let from_nobody = return_path.is_none_or(|path| path.trim_matches([' ', '<', '>']).is_empty());
    Ok(Seen { proof, codes: checked.codes.clone(), replay, vouched, from_nobody })
}

/// Looks everything up.
pub async fn gather(
    app: &App,
    conn: &mut Conn,
    provider: ProviderId,
    message: &Message,
    checked: &Seen,
    now: Moment,
) -> Result<Gathered, StoreError> {
    let from = match &message.from {
        FromField::One(mailbox) => Address::parse(&mailbox.address).ok(),
        _ => None,
    };
    let mut flaws: Vec<Code> = message.codes().into_iter().filter_map(Code::from_word).collect();
    flaws.extend(checked.codes.iter().copied().filter_map(Code::from_word));
    if from.is_none() && !flaws.iter().any(|code| code.word().starts_with("from.")) {
        flaws.push(Code::FromOdd);
    }
    let sender = match &from {
        Some(from) => address::standing(conn, provider, from.as_str()).await?,
        None => None,
    };
    let standing = match &from {
        Some(from) => standing(app, conn, provider, from, sender.as_ref()).await?,
        None => Standing::Unregistered,
    };
    let bounced = bounced(app, conn, provider, message).await?;
    let came_back = bounced.as_ref().is_some_and(|ours| {
        let by_machine = from.as_ref().is_none_or(|from| is_mail_server(from.as_str()));
        by_machine && sender.is_none() && checked.from_nobody && is_report_on(app, message, ours, now)
    });
    let nature = nature(message, came_back);
    let asked = Asked { provider, message, sender: sender.as_ref(), seen: checked, now };
    let thread = thread(app, conn, &asked).await?;
    let (flood, last_answer_at, answered) = match &from {
        Some(from) => {
            let count = mail::from_sender_since(
                conn,
                provider,
                from.as_str(),
                checked.proof.counts(),
                now - FLOOD_SPAN,
            )
            .await?;
            (
                count >= FLOOD && checked.proof != Proof::Confirmed,
                mail::answered_at(conn, provider, &address_hash(from.as_str())).await?,
                mail::answered(conn, provider, &domain_hash(from.as_str()), now).await?,
            )
        }
        None => (false, None, Answered::default()),
    };
    let kind = from.as_ref().map_or(AddressKind::Personal, |from| address_kind(from.as_str()));
    let facts = SenderFacts {
        proof: checked.proof,
        flaws,
        standing,
        kind,
        nature,
        sign: sign(message),
        thread,
        flood,
        replay: checked.replay,
        last_answer_at,
        answered,
    };
    Ok(Gathered { facts, from, sender, bounced: bounced.filter(|_| came_back) })
}

/// How an address is remembered that was answered: not by itself.
pub fn address_hash(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    // What follows a plus reaches the same mailbox.
    let local = local.split('+').next().unwrap_or(local);
    hash_token(&format!("automatic answer:{local}@{domain}"))
}

/// How the organisation of an address is remembered that was answered.
pub fn domain_hash(address: &str) -> String {
    let domain = address.rsplit('@').next().unwrap_or_default();
    let organisation = spelling::organisation(domain).unwrap_or(domain);
    hash_token(&format!("automatic answers to:{organisation}"))
}

async fn standing(
    app: &App,
    conn: &mut Conn,
    provider: ProviderId,
    from: &Address,
    sender: Option<&address::Standing>,
) -> Result<Standing, StoreError> {
    if app.support_at(from.as_str()).is_some_and(|(own, _)| own == provider) {
        return Ok(Standing::OwnAddress);
    }
    let customer: Option<CustomerId> = sender.map(|s| s.customer);
    if support_address::named(conn, provider, from.as_str(), customer).await? {
        return Ok(Standing::CustomersSupport);
    }
    if let Some(sender) = sender {
        return Ok(Standing::Registered(Registered {
            active: sender.active,
            support: sender.rights.support,
            confirmed: sender.confirmed,
            shared: sender.flags.contains(&address::Flag::Shared),
            list: sender.flags.contains(&address::Flag::List),
        }));
    }
    let look_alike = address::look_alike(conn, provider, from).await?;
    Ok(if look_alike { Standing::LookAlike } else { Standing::Unregistered })
}

fn nature(message: &Message, ours: bool) -> Nature {
    match &message.nature {
        _ if message.verification => Nature::Verification,
        Read::Person => Nature::Person,
        Read::AutoReply => Nature::Automatic,
        Read::Bounce(_) => Nature::Bounce { ours },
        Read::List => Nature::List,
        Read::Bulk => Nature::Bulk,
        Read::Loop => Nature::Loop,
    }
}

const fn sign(message: &Message) -> Sign {
    match message.sign {
        Reads::Declared => Sign::Declared,
        Reads::Answering => Sign::Answering,
        Reads::Likely => Sign::Likely,
    }
}

/// The mail of ours that a report is about, by the keyed hash in its Message-ID.
async fn bounced(
    app: &App,
    conn: &mut Conn,
    provider: ProviderId,
    message: &Message,
) -> Result<Option<outbox::Message>, StoreError> {
    let Read::Bounce(bounce) = &message.nature else { return Ok(None) };
    let known = |id: &String| refs::known(&app.secrets.mail, provider.0, id).and_then(Result::ok);
    let Some(ours) =
        bounce.originals.iter().chain(&message.in_reply_to).chain(&message.references).find_map(known)
    else {
        return Ok(None);
    };
    outbox::by_id(conn, provider, ours.message).await
}

/// A mail of which it is asked what it answers.
struct Asked<'a> {
    provider: ProviderId,
    message: &'a Message,
    sender: Option<&'a address::Standing>,
    seen: &'a Seen,
    now: Moment,
}

/// Whether a report can have come from the way that our mail went (rule Z13). The ids of our mails stand in
/// every answer to them, so anybody may name one: a report names the very mail as what it gives back, and
/// whom it was for, and comes while one may still come.
fn is_report_on(app: &App, message: &Message, ours: &outbox::Message, now: Moment) -> bool {
    let Read::Bounce(bounce) = &message.nature else { return false };
    let known = |id: &String| refs::known(&app.secrets.mail, ours.provider.0, id).and_then(Result::ok);
    let ours_is = |id: &String| known(id).is_some_and(|known| known.message == ours.id);
    let is_to = |named: &str| named.eq_ignore_ascii_case(&ours.recipient);
    bounce.returned.iter().any(ours_is)
        && bounce.recipient.as_deref().is_some_and(is_to)
        && ours.created_at <= now
        && now <= ours.created_at + REPORTS_COME
}

/// Mail servers report under these names.
fn is_mail_server(address: &str) -> bool {
    address_kind(address) == AddressKind::Nobody || address.starts_with("microsoftexchange")
}

/// What the mail answers: a message of ours by its keyed reference, else an earlier mail of the sender's
/// own, else the ticket of theirs whose number stands in the subject. What somebody vouches for comes first.
async fn thread(app: &App, conn: &mut Conn, asked: &Asked<'_>) -> Result<Thread, StoreError> {
    let provider = asked.provider;
    let keyed = |vouched| refs::find_in(&app.secrets.mail, provider.0, asked.message, vouched);
    for vouched in [asked.seen.vouched, Vouched::all()] {
        if let refs::Thread::Ours(ours) = keyed(vouched)
            && ours.ticket != Uuid::nil()
            && let Some(ticket) = goes_on(conn, provider, ours.ticket.into()).await?
        {
            let participant = participates(conn, &ticket, asked.sender).await?;
            let vouched = vouched == asked.seen.vouched;
            return Ok(Thread::Ours(in_thread(app, &ticket, participant, vouched, asked.now)));
        }
    }
    if keyed(Vouched::all()) == refs::Thread::Forged {
        return Ok(Thread::Forged);
    }
    // Beyond that, only whose own ticket it is can mean it; a stranger who guesses is told nothing.
    let Some(sender) = asked.sender.filter(|_| asked.seen.proof.counts()) else { return Ok(Thread::None) };
    for vouched in [asked.seen.vouched, Vouched::all()] {
        if let Some(ticket) = own_mail(conn, asked, sender, vouched).await? {
            // A yes to a mail is none to what somebody may have added to it.
            let vouched = vouched == asked.seen.vouched && asked.seen.proof == Proof::Proven;
            return Ok(Thread::Ours(in_thread(app, &ticket, true, vouched, asked.now)));
        }
    }
    let numbered = numbered(conn, asked, sender).await?;
    let vouched = asked.seen.proof == Proof::Proven;
    Ok(numbered
        .map_or(Thread::None, |ticket| Thread::Ours(in_thread(app, &ticket, true, vouched, asked.now))))
}

fn in_thread(app: &App, ticket: &TicketRecord, participant: bool, vouched: bool, now: Moment) -> InThread {
    let age = app.support(ticket.provider).ticket_age;
    InThread { ticket: ticket.id(), participant, state: ticket.life.state(age, now), vouched }
}

/// Whether the sender asked for the ticket or reads along.
async fn participates(
    conn: &mut Conn,
    ticket: &TicketRecord,
    sender: Option<&address::Standing>,
) -> Result<bool, StoreError> {
    match sender {
        Some(sender) if sender.contact == ticket.life.contact => Ok(true),
        Some(sender) => {
            let person = Person::Contact(sender.contact);
            Ok(watcher::since(conn, ticket.provider, ticket.id(), person).await?.is_some())
        }
        None => Ok(false),
    }
}

/// The ticket of an earlier mail of the sender's own, which this one answers.
async fn own_mail(
    conn: &mut Conn,
    asked: &Asked<'_>,
    sender: &address::Standing,
    vouched: Vouched,
) -> Result<Option<TicketRecord>, StoreError> {
    for id in refs::answered(asked.message, vouched).take(OWN_MAILS) {
        let Some(found) = mail::ticket_of_own(conn, asked.provider, sender.contact, id).await? else {
            continue;
        };
        let Some(ticket) = goes_on(conn, asked.provider, found).await? else { continue };
        if participates(conn, &ticket, Some(sender)).await? {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// The ticket of the sender's whose number stands in the subject.
async fn numbered(
    conn: &mut Conn,
    asked: &Asked<'_>,
    sender: &address::Standing,
) -> Result<Option<TicketRecord>, StoreError> {
    for number in refs::numbers(&asked.message.subject) {
        let Some(found) = ticket::by_number(conn, asked.provider, number).await? else { continue };
        let Some(ticket) = goes_on(conn, asked.provider, found.id()).await? else { continue };
        if participates(conn, &ticket, Some(sender)).await? {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// The ticket in which a merged one goes on.
async fn goes_on(
    conn: &mut Conn,
    provider: ProviderId,
    id: TicketId,
) -> Result<Option<TicketRecord>, StoreError> {
    let mut found = ticket::by_id(conn, provider, id).await?;
    for _ in 0..MERGES {
        let Some(into) = found.as_ref().and_then(|t| t.life.merged_into) else { break };
        found = ticket::by_id(conn, provider, into).await?;
    }
    Ok(found)
}
