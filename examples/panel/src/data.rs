//! The sample customers and what they have. All of it is invented; nothing here may be real.
//!
//! Names lie in `.example` domains, addresses in the documentation networks (RFC 5737, RFC 3849).

/// A customer account of the product.
#[derive(Debug)]
pub(crate) struct Account {
    pub number: u32,
    pub name: &'static str,
    pub plan: &'static str,
    pub max_servers: u32,
    pub max_domains: u32,
    pub address: [&'static str; 3],
    pub billing_name: &'static str,
    pub billing_email: &'static str,
    pub vat: &'static str,
    pub iban: &'static str,
    pub servers: &'static [Server],
    pub domains: &'static [Domain],
    pub invoices: &'static [Invoice],
}

/// A user of an account.
#[derive(Debug)]
pub(crate) struct User {
    pub id: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    pub role: &'static str,
    pub account: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Running,
    Updating,
    Stopped,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub id: &'static str,
    pub name: &'static str,
    pub plan: &'static str,
    pub health: Health,
    pub ipv4: &'static str,
    pub ipv6: &'static str,
    pub place: &'static str,
    pub cpu: u32,
    pub memory: u32,
    pub disk: u32,
}

#[derive(Debug)]
pub(crate) struct Domain {
    pub id: &'static str,
    pub name: &'static str,
    pub active: bool,
    pub renews: &'static str,
    pub registrant: SampleRegistrant,
}

#[derive(Debug)]
pub(crate) struct SampleRegistrant {
    name: &'static str,
    address: &'static str,
    email: &'static str,
}

/// The person a domain is registered for.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Registrant {
    pub name: String,
    pub address: String,
    pub email: String,
}

impl SampleRegistrant {
    pub fn to_owned_registrant(&self) -> Registrant {
        Registrant { name: self.name.into(), address: self.address.into(), email: self.email.into() }
    }
}

#[derive(Debug)]
pub(crate) struct Invoice {
    pub number: &'static str,
    pub date: &'static str,
    pub cents: u32,
    pub paid: bool,
}

pub(crate) static USERS: [User; 6] = [
    User {
        id: "u-100",
        name: "Marta Oduya",
        email: "marta@oduya-ceramics.example",
        phone: "+49 30 23125 100",
        role: "owner",
        account: 10001,
    },
    User {
        id: "u-101",
        name: "Jonas Wilke",
        email: "jonas@oduya-ceramics.example",
        phone: "+49 30 23125 101",
        role: "technical contact",
        account: 10001,
    },
    User {
        id: "u-200",
        name: "Ines Kaltenbach",
        email: "ines@kaltenbach-logistik.example",
        phone: "+49 40 66969 200",
        role: "owner",
        account: 10002,
    },
    User {
        id: "u-300",
        name: "Siri Rosenquist",
        email: "siri@rosenquist.example",
        phone: "+49 89 99998 300",
        role: "owner",
        account: 10003,
    },
    User {
        id: "u-400",
        name: "Grace Harbour",
        email: "grace@harbour-finch.example",
        phone: "+44 117 496 0100",
        role: "owner",
        account: 10004,
    },
    User {
        id: "u-401",
        name: "Ben Finch",
        email: "ben@harbour-finch.example",
        phone: "+44 117 496 0101",
        role: "admin",
        account: 10004,
    },
];

const MARTA: SampleRegistrant = SampleRegistrant {
    name: "Marta Oduya",
    address: "Brennofenweg 12, 10999 Berlin",
    email: "marta@oduya-ceramics.example",
};
const JONAS: SampleRegistrant = SampleRegistrant {
    name: "Jonas Wilke",
    address: "Tonstraße 4a, 12043 Berlin",
    email: "jonas@oduya-ceramics.example",
};
const INES: SampleRegistrant = SampleRegistrant {
    name: "Ines Kaltenbach",
    address: "Am Speicher 88, 20457 Hamburg",
    email: "ines@kaltenbach-logistik.example",
};

const GRACE: SampleRegistrant = SampleRegistrant {
    name: "Grace Harbour",
    address: "3 Ropewalk, Bristol BS1 0AA",
    email: "grace@harbour-finch.example",
};

static ACCOUNTS: [Account; 4] = [
    Account {
        number: 10001,
        name: "Oduya Ceramics",
        plan: "Studio",
        max_servers: 5,
        max_domains: 10,
        address: ["Oduya Ceramics GmbH", "Brennofenweg 12", "10999 Berlin"],
        billing_name: "Henrike Vollmann",
        billing_email: "billing@oduya-ceramics.example",
        vat: "DE999000101",
        iban: "DE00 0000 0000 0000 1001 00",
        servers: &[
            Server {
                id: "srv-101",
                name: "shop-01",
                plan: "Cloud M",
                health: Health::Running,
                ipv4: "192.0.2.11",
                ipv6: "2001:db8:101::11",
                place: "Nuremberg",
                cpu: 4,
                memory: 8,
                disk: 160,
            },
            Server {
                id: "srv-102",
                name: "kiln-telemetry",
                plan: "Cloud S",
                health: Health::Updating,
                ipv4: "192.0.2.12",
                ipv6: "2001:db8:101::12",
                place: "Nuremberg",
                cpu: 2,
                memory: 4,
                disk: 80,
            },
            Server {
                id: "srv-103",
                name: "glaze-archive-and-photo-backup-nightly-2",
                plan: "Storage L",
                health: Health::Stopped,
                ipv4: "192.0.2.13",
                ipv6: "2001:db8:101::13",
                place: "Falkenstein",
                cpu: 2,
                memory: 4,
                disk: 2000,
            },
        ],
        domains: &[
            Domain {
                id: "dom-1",
                name: "oduya-ceramics.example",
                active: true,
                renews: "2027-03-14",
                registrant: MARTA,
            },
            Domain {
                id: "dom-2",
                name: "kiln-courses.example",
                active: true,
                renews: "2027-06-02",
                registrant: JONAS,
            },
            Domain {
                id: "dom-3",
                name: "workshops-for-ceramics-and-glazes.example",
                active: false,
                renews: "2026-12-09",
                registrant: MARTA,
            },
        ],
        invoices: &[
            Invoice { number: "2026-1104", date: "2026-11-01", cents: 8_687, paid: false },
            Invoice { number: "2026-1004", date: "2026-10-01", cents: 8_687, paid: true },
            Invoice { number: "2026-0904", date: "2026-09-01", cents: 6_426, paid: true },
            Invoice { number: "2026-0804", date: "2026-08-01", cents: 6_426, paid: true },
        ],
    },
    Account {
        number: 10002,
        name: "Kaltenbach Logistik",
        plan: "Business",
        max_servers: 20,
        max_domains: 50,
        address: ["Kaltenbach Logistik KG", "Am Speicher 88", "20457 Hamburg"],
        billing_name: "Ole Brandis",
        billing_email: "rechnung@kaltenbach-logistik.example",
        vat: "DE999000202",
        iban: "DE00 0000 0000 0000 2002 00",
        servers: &[
            Server {
                id: "srv-201",
                name: "tracking-01",
                plan: "Cloud L",
                health: Health::Running,
                ipv4: "198.51.100.21",
                ipv6: "2001:db8:202::21",
                place: "Falkenstein",
                cpu: 8,
                memory: 16,
                disk: 320,
            },
            Server {
                id: "srv-202",
                name: "tracking-02",
                plan: "Cloud L",
                health: Health::Running,
                ipv4: "198.51.100.22",
                ipv6: "2001:db8:202::22",
                place: "Helsinki",
                cpu: 8,
                memory: 16,
                disk: 320,
            },
        ],
        domains: &[Domain {
            id: "dom-20",
            name: "kaltenbach-logistik.example",
            active: true,
            renews: "2027-01-20",
            registrant: INES,
        }],
        invoices: &[Invoice { number: "2026-1177", date: "2026-11-01", cents: 21_420, paid: true }],
    },
    Account {
        number: 10003,
        name: "Atelier Rosenquist",
        plan: "Trial",
        max_servers: 1,
        max_domains: 1,
        address: ["Atelier Rosenquist", "Lichthof 3", "80331 München"],
        billing_name: "Siri Rosenquist",
        billing_email: "siri@rosenquist.example",
        vat: "–",
        iban: "–",
        servers: &[],
        domains: &[],
        invoices: &[],
    },
    Account {
        number: 10004,
        name: "Harbour & Finch",
        plan: "Business",
        max_servers: 20,
        max_domains: 50,
        address: ["Harbour & Finch Ltd", "3 Ropewalk", "Bristol BS1 0AA"],
        billing_name: "Ben Finch",
        billing_email: "accounts@harbour-finch.example",
        vat: "GB999000404",
        iban: "GB00 0000 0000 0000 4004 00",
        servers: &[
            Server {
                id: "srv-401",
                name: "shop-front",
                plan: "Cloud L",
                health: Health::Running,
                ipv4: "203.0.113.41",
                ipv6: "2001:db8:404::41",
                place: "Helsinki",
                cpu: 8,
                memory: 16,
                disk: 320,
            },
            Server {
                id: "srv-402",
                name: "statistics",
                plan: "Cloud S",
                health: Health::Running,
                ipv4: "203.0.113.42",
                ipv6: "2001:db8:404::42",
                place: "Helsinki",
                cpu: 2,
                memory: 4,
                disk: 80,
            },
        ],
        domains: &[Domain {
            id: "dom-40",
            name: "harbour-finch.example",
            active: true,
            renews: "2027-04-30",
            registrant: GRACE,
        }],
        invoices: &[
            Invoice { number: "2026-1188", date: "2026-11-01", cents: 21_420, paid: false },
            Invoice { number: "2026-1088", date: "2026-10-01", cents: 21_420, paid: true },
        ],
    },
];

pub(crate) fn user(id: &str) -> Option<&'static User> {
    USERS.iter().find(|u| u.id == id)
}

/// The account of a user; every user's account number is one of the sample's.
pub(crate) fn account(number: u32) -> &'static Account {
    ACCOUNTS.iter().find(|a| a.number == number).unwrap_or(&ACCOUNTS[0])
}

impl Account {
    pub fn server(&self, id: &str) -> Option<&'static Server> {
        self.servers.iter().find(|s| s.id == id)
    }

    pub fn domain(&self, id: &str) -> Option<&'static Domain> {
        self.domains.iter().find(|d| d.id == id)
    }

    pub fn users(&self) -> impl Iterator<Item = &'static User> {
        let number = self.number;
        USERS.iter().filter(move |u| u.account == number)
    }
}

impl Invoice {
    /// "86,87 €" or "€86.87", without a currency library.
    pub fn amount(&self) -> String {
        format!("€{}.{:02}", self.cents / 100, self.cents % 100)
    }
}
