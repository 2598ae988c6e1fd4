//! The demo's sample people. All of them, and their addresses, are invented.

use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Actor, Event},
    kernel::{ContactRights, ContactRole, Moment, ProviderId, StaffRole},
};
use pforte_server::Shared;
use pforte_store::{
    Change, StoreError,
    address::{self, Address},
    contact,
    contact::Contact,
    customer::{self, Customer},
    phone::{self, Phone},
    provider, staff,
    staff::Staff,
};
use uuid::Uuid;

use crate::{Failure, init::add_provider};

/// Everybody's password in the demo.
pub const PASSWORD: &str = "offen-nur-von-innen";
/// The staff's secret for one-time codes in the demo, base 32.
pub const TOTP: &str = "PFORTEDEMOPFORTEDEMOPFORTEDEMO22";

const SLUG: &str = "nordlicht";

struct SampleStaff(&'static str, &'static str, &'static str, &'static str, &'static [StaffRole], bool);

const STAFF: [SampleStaff; 6] = [
    SampleStaff("lena", "Lena", "Brandt", "de", &[StaffRole::Agent], true),
    SampleStaff("mira", "Mira", "Sandoval", "en", &[StaffRole::Agent], true),
    SampleStaff("tom", "Tom", "Achterberg", "en", &[StaffRole::Agent], false),
    SampleStaff("ruth", "Ruth", "Adeyemi", "en", &[StaffRole::SupportLead], true),
    SampleStaff("piet", "Piet", "Lindqvist", "en", &[StaffRole::SuccessLead], true),
    SampleStaff("nora", "Nora", "Falk", "de", &[StaffRole::Admin], true),
];

struct SampleCustomer {
    number: &'static str,
    name: &'static str,
    address: &'static str,
    contacts: &'static [SampleContact],
}

struct SampleContact {
    first_name: &'static str,
    last_name: &'static str,
    language: &'static str,
    role: ContactRole,
    support: bool,
    instruction: bool,
    mail: &'static str,
    phone: &'static str,
    user: &'static str,
}

const CUSTOMERS: [SampleCustomer; 4] = [
    SampleCustomer {
        number: "10001",
        name: "Oduya Ceramics",
        address: "Brennofenweg 4, 10999 Berlin",
        contacts: &[
            SampleContact {
                first_name: "Marta",
                last_name: "Oduya",
                language: "de",
                role: ContactRole::Owner,
                support: true,
                instruction: true,
                mail: "marta@oduya-ceramics.example",
                phone: "+493023125100",
                user: "u-100",
            },
            SampleContact {
                first_name: "Jonas",
                last_name: "Wilke",
                language: "en",
                role: ContactRole::Member,
                support: false,
                instruction: false,
                mail: "jonas@oduya-ceramics.example",
                phone: "+493023125101",
                user: "u-101",
            },
        ],
    },
    SampleCustomer {
        number: "10002",
        name: "Kaltenbach Logistik",
        address: "Am Umschlag 12, 20457 Hamburg",
        contacts: &[SampleContact {
            first_name: "Ines",
            last_name: "Kaltenbach",
            language: "en",
            role: ContactRole::Admin,
            support: true,
            instruction: true,
            mail: "ines@kaltenbach.example",
            phone: "+4940555010",
            user: "u-200",
        }],
    },
    SampleCustomer {
        number: "10003",
        name: "Atelier Rosenquist",
        address: "Kanalgatan 9, 211 41 Malmö",
        contacts: &[SampleContact {
            first_name: "Siri",
            last_name: "Rosenquist",
            language: "en",
            role: ContactRole::Owner,
            support: true,
            instruction: true,
            mail: "siri@rosenquist.example",
            phone: "+46405550199",
            user: "u-300",
        }],
    },
    SampleCustomer {
        number: "10004",
        name: "Harbour & Finch",
        address: "3 Ropewalk, Bristol BS1 0AA",
        contacts: &[
            SampleContact {
                first_name: "Grace",
                last_name: "Harbour",
                language: "en",
                role: ContactRole::Owner,
                support: true,
                instruction: true,
                mail: "grace@harbour-finch.example",
                phone: "+441174960100",
                user: "u-400",
            },
            SampleContact {
                first_name: "Ben",
                last_name: "Finch",
                language: "en",
                role: ContactRole::Admin,
                support: true,
                instruction: true,
                mail: "ben@harbour-finch.example",
                phone: "+441174960101",
                user: "u-401",
            },
        ],
    },
];

/// Adds the sample people, unless an earlier demo did; answers whether it was this one.
pub async fn seed(app: &Shared) -> Result<bool, Failure> {
    let known = provider::list(&mut *app.read().await?, 2).await?;
    match known.as_slice() {
        [] => {}
        [only] if only.slug == SLUG => return Ok(false),
        _ => return Err("this database holds real providers; a demo would let anybody in".into()),
    }
    let provider = add_provider(app, SLUG, "Nordlicht Hosting").await?;
    let hash = app.passwords.hash(PASSWORD.into(), app.sources.bytes()).await;
    let hash = hash.ok_or("the sample password cannot be hashed")?;
    for sample in &STAFF {
        add_staff(app, provider, sample, &hash).await?;
    }
    for sample in &CUSTOMERS {
        add_customer(app, provider, sample, &hash).await?;
    }
    Ok(true)
}

async fn add_staff(
    app: &Shared,
    provider: ProviderId,
    sample: &SampleStaff,
    hash: &str,
) -> Result<(), Failure> {
    let SampleStaff(username, first_name, last_name, language, roles, trained) = *sample;
    let now = app.sources.now();
    let secret = BASE32_NOPAD.decode(TOTP.as_bytes())?;
    let new = Staff {
        id: app.sources.id(now),
        provider,
        username: username.into(),
        first_name: first_name.into(),
        last_name: last_name.into(),
        email: format!("{username}@nordlicht.example"),
        salutation: None,
        address: None,
        company: None,
        roles: roles.to_vec(),
        language: language.into(),
        password_hash: hash.into(),
        totp_sealed: app.secrets.seal(app.sources.bytes(), &secret).ok_or("cannot seal")?,
        totp_step: 0,
        training_done_at: trained.then_some(now),
        guidelines_accepted_at: trained.then_some(now),
        form_locked_at: None,
        form_unlocked_at: None,
        active: true,
    };
    let event = Event::StaffAdded { staff: new.id, roles: new.roles.clone() };
    let entry = app.entry(now, provider, Actor::System, event);
    app.writer
        .change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                staff::insert(tx, &new, now).await?;
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    Ok(())
}

async fn add_customer(
    app: &Shared,
    provider: ProviderId,
    sample: &'static SampleCustomer,
    hash: &str,
) -> Result<(), Failure> {
    let now = app.sources.now();
    let new = Customer {
        id: app.sources.id(now),
        provider,
        number: sample.number.into(),
        name: sample.name.into(),
        group: None,
        address: Some(sample.address.into()),
        active: true,
        pin_closed_at: None,
        pin_reopened_at: None,
    };
    let entry = app.entry(now, provider, Actor::System, Event::CustomerAdded { customer: new.id });
    let products: Vec<String> = app.products.iter().map(|product| product.id.clone()).collect();
    let people: Vec<(Contact, [Uuid; 2], &'static SampleContact)> = sample
        .contacts
        .iter()
        .map(|s| (contact_of(app, &new, s, hash), [app.sources.id(now), app.sources.id(now)], s))
        .collect();
    app.writer
        .change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                customer::insert(tx, &new, None, now).await?;
                for (person, [address, phone], sample) in &people {
                    contact::insert(tx, person, now).await?;
                    address::insert(tx, &primary(person, *address, sample, now)).await?;
                    phone::insert(tx, &phone_of(person, *phone, sample), now).await?;
                    for product in &products {
                        contact::add_user(tx, person, product, sample.user).await?;
                    }
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    Ok(())
}

/// The sample people have all activated: their address is confirmed.
fn primary(person: &Contact, id: Uuid, sample: &SampleContact, now: Moment) -> Address {
    Address {
        id,
        provider: person.provider,
        contact: person.id,
        address: sample.mail.into(),
        primary: true,
        added_at: now,
        confirmed_at: Some(now),
        unreachable_at: None,
        shared_at: None,
        list_at: None,
    }
}

fn phone_of(person: &Contact, id: Uuid, sample: &SampleContact) -> Phone {
    Phone { id, provider: person.provider, contact: person.id, number: sample.phone.into() }
}

fn contact_of(app: &Shared, customer: &Customer, sample: &SampleContact, hash: &str) -> Contact {
    Contact {
        id: app.sources.id(app.sources.now()),
        provider: customer.provider,
        customer: customer.id,
        first_name: sample.first_name.into(),
        last_name: sample.last_name.into(),
        role: sample.role,
        rights: ContactRights { support: sample.support, instruction: sample.instruction },
        language: sample.language.into(),
        password_hash: Some(hash.into()),
        totp_sealed: None,
        totp_confirmed: false,
        totp_step: 0,
        active: true,
    }
}
