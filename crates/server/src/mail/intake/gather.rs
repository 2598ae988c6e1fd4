//! What the judgement of a mail looks at: read from the message, looked up in the database.

use pforte_core::{
    kernel::{CustomerId, Moment, ProviderId, Span, TicketId},
    sender::{
        Address, AddressKind, Answered, Code, InThread, Nature, Proof, Registered, Replay, SenderFacts,
        Standing, Thread, address_kind,
    },
};
use pforte_mail::{
    Message,
    authenticate::Checked,
    message::{FromField, Nature as Read, address as spelling},
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

use crate::{App, kernel::sources::hash_token};

/// More mails from one address within an hour are a flood; nobody writes as many.
const FLOOD: i64 = 30;
const FLOOD_SPAN: Span = Span::hours(1);
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
}

/// Looks for an earlier mail with one of these signatures. What bears one is not its sender's to send
/// again, however good the signature is (rule Z5).
pub async fn seen(conn: &mut Conn, provider: ProviderId, checked: &Checked) -> Result<Seen, StoreError> {
    let hashes: Vec<String> = checked.signatures.iter().map(|one| one.hash.clone()).collect();
    let replay = mail_signature::seen(conn, provider, &hashes).await?;
    let proof = if replay.is_some() { Proof::Unproven } else { checked.proof };
    Ok(Seen { proof, codes: checked.codes.clone(), replay })
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
    let nature = nature(message, bounced.is_some());
    let thread = thread(app, conn, provider, message, sender.as_ref(), now).await?;
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
        thread,
        flood,
        replay: checked.replay,
        last_answer_at,
        answered,
    };
    Ok(Gathered { facts, from, sender, bounced })
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

async fn thread(
    app: &App,
    conn: &mut Conn,
    provider: ProviderId,
    message: &Message,
    sender: Option<&address::Standing>,
    now: Moment,
) -> Result<Thread, StoreError> {
    let ours = match refs::find(&app.secrets.mail, provider.0, message) {
        refs::Thread::Ours(ours) if ours.ticket != Uuid::nil() => ours,
        refs::Thread::Forged => return Ok(Thread::Forged),
        _ => return Ok(Thread::None),
    };
    let Some(ticket) = goes_on(conn, provider, ours.ticket.into()).await? else { return Ok(Thread::None) };
    let participant = match sender {
        Some(sender) if sender.contact == ticket.life.contact => true,
        Some(sender) => {
            let person = Person::Contact(sender.contact);
            watcher::since(conn, provider, ticket.id(), person).await?.is_some()
        }
        None => false,
    };
    let age = app.support(provider).ticket_age;
    let state = ticket.life.state(age, now);
    Ok(Thread::Ours(InThread { ticket: ticket.id(), participant, state }))
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
