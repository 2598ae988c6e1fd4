//! Who is who in the tests: two providers with the same kinds of people, so that every foreign id has
//! a counterpart of one's own.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, Version,
    password_hash::{Salt, SaltString},
};
use pforte_core::kernel::{ContactRights, ContactRole, Language, Moment, ProviderId, StaffRole};
use pforte_server::cx::{Clock, Sources};
use pforte_store::{
    Db, Tx, Writer, address,
    contact::{self, Contact},
    customer, phone,
    provider::{self, Provider},
    staff::{self, Staff},
};
use uuid::Uuid;

use crate::{PRODUCT, app::secrets};

/// Everybody's password.
pub const PASSWORD: &str = "four small gates in a row";
/// Everybody's secret for one-time codes.
pub const TOTP_SECRET: [u8; 20] = *b"twenty bytes of test";

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub provider: ProviderId,
    pub slug: String,
    /// Staff sign in with it.
    pub username: Option<String>,
    /// Contacts sign in with it.
    pub address: String,
    pub name: String,
}

/// A customer with three contacts.
#[derive(Clone, Debug)]
pub struct Customer {
    pub id: Uuid,
    pub number: String,
    pub name: String,
    /// Authorised: support and instruction.
    pub owner: Person,
    /// May ask for support, and no more.
    pub helper: Person,
    /// No rights.
    pub member: Person,
}

/// A provider with its people.
#[derive(Clone, Debug)]
pub struct Side {
    pub provider: ProviderId,
    pub slug: String,
    pub agent: Person,
    /// A second agent, for all that needs two.
    pub colleague: Person,
    /// An agent whose training is not done.
    pub untrained: Person,
    /// A lead who is an agent as well.
    pub support_lead: Person,
    /// A lead who enters no products.
    pub success_lead: Person,
    pub admin: Person,
    pub guest: Person,
    pub customer: Customer,
    pub other: Customer,
    pub group: Uuid,
}

/// Everybody.
#[derive(Clone, Debug)]
pub struct World {
    pub near: Side,
    /// Another provider on the same server.
    pub far: Side,
}

impl World {
    /// Puts everybody into an empty database.
    pub async fn seed(db: &Db, sources: &Sources, clock: &dyn Clock) -> Self {
        let writer = Writer::start(db.clone()).await.expect("a writer");
        let now = clock.now();
        let near = Seed { sources, writer: &writer, now, slug: "nordlicht" }.side("1").await;
        let far = Seed { sources, writer: &writer, now, slug: "suedwind" }.side("2").await;
        Self { near, far }
    }
}

/// Cheap on purpose: tests sign in a lot.
fn password_hash() -> String {
    let params = Params::new(8, 1, 1, None).expect("parameters");
    let salt = SaltString::encode_b64(b"salt for tests").expect("a salt");
    let salt: Salt<'_> = salt.as_salt();
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password(PASSWORD.as_bytes(), salt).expect("a hash").to_string()
}

struct Seed<'a> {
    sources: &'a Sources,
    writer: &'a Writer,
    now: Moment,
    slug: &'static str,
}

impl Seed<'_> {
    fn id<T: From<Uuid>>(&self) -> T {
        self.sources.id(self.now)
    }

    async fn put<F>(&self, work: F)
    where
        F: for<'t> FnOnce(
                &'t mut Tx,
            ) -> std::pin::Pin<
                Box<dyn Future<Output = Result<(), pforte_store::StoreError>> + Send + 't>,
            > + Send
            + 'static,
    {
        self.writer.upkeep(work).await.expect("the seed is written");
    }

    async fn side(&self, first_digit: &str) -> Side {
        let (id, slug, now): (ProviderId, _, _) = (self.id(), self.slug, self.now);
        let name = format!("{slug} Hosting");
        let record = Provider { id, slug: slug.into(), name };
        self.put(move |tx| Box::pin(async move { provider::insert(tx, &record, now).await })).await;
        let group = self.id::<pforte_core::kernel::GroupId>();
        self.put(move |tx| Box::pin(async move { customer::insert_group(tx, id, group, "Partners").await }))
            .await;
        use StaffRole::{Admin, Agent, Guest, SuccessLead, SupportLead};
        Side {
            provider: id,
            slug: slug.into(),
            agent: self.staff(id, "mara", "Mara Lindqvist", &[Agent], true).await,
            colleague: self.staff(id, "tomas", "Tomas Reuter", &[Agent], true).await,
            untrained: self.staff(id, "jule", "Jule Ofori", &[Agent], false).await,
            support_lead: self.staff(id, "iris", "Iris Vandal", &[SupportLead, Agent], true).await,
            success_lead: self.staff(id, "paul", "Paul Brandis", &[SuccessLead], true).await,
            admin: self.staff(id, "nils", "Nils Admiraal", &[Admin], true).await,
            guest: self.staff(id, "gast", "Gesa Gastmann", &[Guest], true).await,
            customer: self.customer(id, &format!("{first_digit}0001"), "Oduya Bakery").await,
            other: self.customer(id, &format!("{first_digit}0002"), "Lindgren Bikes").await,
            group: group.0,
        }
    }

    async fn staff(
        &self,
        provider: ProviderId,
        username: &str,
        name: &str,
        roles: &[StaffRole],
        ready: bool,
    ) -> Person {
        let (first, last) = name.split_once(' ').expect("two names");
        let done = ready.then_some(self.now);
        let email = format!("{username}@{}.example", self.slug);
        let record = Staff {
            id: self.id(),
            provider,
            username: username.into(),
            first_name: first.into(),
            last_name: last.into(),
            email: email.clone(),
            salutation: None,
            address: None,
            company: None,
            roles: roles.to_vec(),
            language: Language::English.word().into(),
            password_hash: password_hash(),
            totp_sealed: secrets().seal(self.sources.bytes(), &TOTP_SECRET).expect("seals"),
            totp_step: 0,
            training_done_at: done,
            guidelines_accepted_at: done,
            form_locked_at: None,
            form_unlocked_at: None,
            active: true,
        };
        let person = Person {
            id: record.id.0,
            provider,
            slug: self.slug.into(),
            username: Some(username.into()),
            address: email,
            name: name.into(),
        };
        let now = self.now;
        self.put(move |tx| Box::pin(async move { staff::insert(tx, &record, now).await })).await;
        person
    }

    async fn customer(&self, provider: ProviderId, number: &str, name: &str) -> Customer {
        let record = customer::Customer {
            id: self.id(),
            provider,
            number: number.into(),
            name: name.into(),
            group: None,
            address: Some("7 Quay Street, 20457 Hamburg".into()),
            active: true,
            pin_closed_at: None,
            pin_reopened_at: None,
        };
        let (id, now) = (record.id, self.now);
        self.put(move |tx| Box::pin(async move { customer::insert(tx, &record, None, now).await })).await;
        let rights = |support, instruction| ContactRights { support, instruction };
        let host = format!("{}.{}", name.split(' ').next().unwrap_or_default().to_lowercase(), self.slug);
        Customer {
            id: id.0,
            number: number.into(),
            name: name.into(),
            owner: self.contact((provider, id), "Ada Oduya", &host, rights(true, true)).await,
            helper: self.contact((provider, id), "Ben Sawada", &host, rights(true, false)).await,
            member: self.contact((provider, id), "Cleo Marsh", &host, rights(false, false)).await,
        }
    }

    async fn contact(
        &self,
        (provider, customer): (ProviderId, pforte_core::kernel::CustomerId),
        name: &str,
        host: &str,
        rights: ContactRights,
    ) -> Person {
        let (first, last) = name.split_once(' ').expect("two names");
        let role = if rights.authorised() { ContactRole::Owner } else { ContactRole::Member };
        let record = Contact {
            id: self.id(),
            provider,
            customer,
            first_name: first.into(),
            last_name: last.into(),
            role,
            rights,
            language: Language::English.word().into(),
            password_hash: Some(password_hash()),
            totp_sealed: None,
            totp_confirmed: false,
            totp_step: 0,
            active: true,
        };
        let address = format!("{}@{host}.example", first.to_lowercase());
        let person = Person {
            id: record.id.0,
            provider,
            slug: self.slug.into(),
            username: None,
            address: address.clone(),
            name: name.into(),
        };
        let (now, ids) = (self.now, [self.id::<Uuid>(), self.id()]);
        let primary = address::Address {
            id: ids[0],
            provider,
            contact: record.id,
            address,
            primary: true,
            added_at: now,
            confirmed_at: Some(now),
            unreachable_at: None,
            shared_at: None,
            list_at: None,
        };
        let number =
            phone::Phone { id: ids[1], provider, contact: record.id, number: "+493023125100".into() };
        let user = format!("u-{first}-{}", &customer.0.simple().to_string()[24..]).to_lowercase();
        self.put(move |tx| {
            Box::pin(async move {
                contact::insert(tx, &record, now).await?;
                address::insert(tx, &primary).await?;
                phone::insert(tx, &number, now).await?;
                contact::add_user(tx, &record, PRODUCT, &user).await
            })
        })
        .await;
        person
    }
}
