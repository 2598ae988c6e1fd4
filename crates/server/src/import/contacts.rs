//! Contacts out of a file: by customer and primary address. Who is there already is left as they are: an
//! import changes nobody's rights, and no address or number that somebody confirmed.

use std::collections::{BTreeMap, BTreeSet};

use pforte_core::{
    contact::{Asker, ChangeKind, needs_second},
    kernel::{ContactRights, ContactRole, CustomerId, Language, Moment, Span},
    sender::{Address, AddressRefusal},
};
use pforte_store::{Conn, address, contact as contacts, contact_change, customer};

use super::{
    Becomes, Code, Planned, Report,
    table::{Columns, Flaw, Line, columns, plain, read},
};
use crate::{
    contact::{Asked, By, Circle, MANY, NewContact, WAITING, What, ask, name},
    cx::{App, Problem},
    people::{StaffActor, e164},
};

/// Changes that wait are looked through this far back; later they have lapsed.
const CHANGES: Span = Span::days(7);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Customer,
    First,
    Last,
    Address,
    Phone,
    Role,
    Support,
    Instruction,
    Language,
}

/// The column of the users in one product, or one of those above.
type Means = (u8, usize);

const USER: u8 = 100;

fn meaning(app: &App, header: &str) -> Option<Means> {
    let plain_name = plain(header);
    let column = match plain_name.as_str() {
        "customer" | "customernumber" | "customerno" | "kunde" | "kundennummer" | "kundennr" | "kdnr" => {
            Column::Customer
        }
        "firstname" | "givenname" | "vorname" => Column::First,
        "lastname" | "surname" | "familyname" | "nachname" | "familienname" => Column::Last,
        "email" | "emails" | "emailaddress" | "emailaddresses" | "emailadresse" | "emailadressen"
        | "mail" | "mailadresse" | "address" | "addresses" => Column::Address,
        "phone" | "phones" | "phonenumber" | "telephone" | "mobile" | "telefon" | "telefonnummer" | "tel"
        | "mobil" | "handy" => Column::Phone,
        "role" | "rolle" => Column::Role,
        "support" | "mayaskforsupport" | "darfsupportanfragen" | "supportberechtigt" => Column::Support,
        "instruction"
        | "instructions"
        | "maygiveinstructions"
        | "anweisung"
        | "anweisungen"
        | "darfanweisungengeben"
        | "weisungsberechtigt" => Column::Instruction,
        "language" | "sprache" => Column::Language,
        _ => return user_in(app, &plain_name),
    };
    Some((column as u8, 0))
}

/// `User in Panel`, `Nutzer in Panel`, `user:panel`: the product by its id or its name.
fn user_in(app: &App, header: &str) -> Option<Means> {
    let product = ["userin", "nutzerin", "benutzerin", "user", "nutzer", "benutzer"]
        .into_iter()
        .find_map(|before| header.strip_prefix(before))?;
    let place =
        app.products.iter().position(|p| [plain(&p.id), plain(&p.name)].contains(&product.to_owned()))?;
    Some((USER, place))
}

struct Wanted {
    line: u64,
    customer: CustomerId,
    new: NewContact,
}

/// What is known of a customer that lines name.
struct Home {
    /// Whether a new contact waits for somebody there.
    waits: bool,
    /// How many changes wait.
    waiting: i64,
    /// Addresses of those who wait already.
    asked: BTreeSet<String>,
}

/// Looks at a file, and takes it over unless it is only to be looked at.
pub async fn import(app: &App, who: &StaffActor, bytes: &[u8], dry: bool) -> Result<Report, Problem> {
    let (mut report, wanted) = plan(app, who, bytes).await?;
    if dry || !report.flaws.is_empty() {
        return Ok(report);
    }
    report.done = true;
    for Wanted { line, customer, new } in wanted {
        let name = new.name();
        // One transaction for each: mails, code and the question to the customer belong to one contact.
        match ask(app, By::Staff(&who.staff), customer, None, What::ContactAdd(new)).await {
            Ok(Asked::Applied { added }) => {
                report.codes.extend(added.map(|(_, code)| Code { line, name, code }));
            }
            Ok(Asked::Waits(_)) => {}
            Err(problem) => {
                report.done = false;
                report.stopped =
                    Some(Flaw { line, column: None, code: "import.stopped", detail: problem.detail });
                break;
            }
        }
    }
    Ok(report)
}

async fn plan(app: &App, who: &StaffActor, bytes: &[u8]) -> Result<(Report, Vec<Wanted>), Problem> {
    let table = read(bytes)?;
    let of = |column: Column| (column as u8, 0);
    let needed = [
        (of(Column::Customer), "customer number"),
        (of(Column::First), "first name"),
        (of(Column::Last), "last name"),
        (of(Column::Address), "e-mail"),
    ];
    let several = [of(Column::Address), of(Column::Phone)];
    let columns = columns(&table, |header| meaning(app, header), (&needed, &several))?;
    let report = Report::new(&table, &columns);
    let mut planning = Planning {
        app,
        who,
        columns,
        now: app.sources.now(),
        homes: BTreeMap::new(),
        addresses: BTreeSet::new(),
        users: BTreeSet::new(),
        wanted: vec![],
    };
    let mut report = report;
    let mut conn = app.read().await?;
    for line in &table.lines {
        match planning.line(&mut conn, line).await? {
            Ok(planned) => report.planned.push(planned),
            Err(flaw) => report.flaws.push(flaw),
        }
    }
    Ok((report, planning.wanted))
}

struct Planning<'a> {
    app: &'a App,
    who: &'a StaffActor,
    columns: Columns<Means>,
    now: Moment,
    homes: BTreeMap<CustomerId, Home>,
    /// Of lines before.
    addresses: BTreeSet<String>,
    users: BTreeSet<(String, String)>,
    wanted: Vec<Wanted>,
}

impl Planning<'_> {
    fn field<'a>(&self, line: &'a Line, column: Column) -> &'a str {
        self.columns.field(line, (column as u8, 0))
    }

    fn flaw(&self, line: &Line, column: Column, code: &'static str, detail: &str) -> Flaw {
        self.columns.flaw(line, (column as u8, 0), code, detail)
    }

    /// What becomes of a line; the outer error is the database's.
    async fn line(&mut self, conn: &mut Conn, line: &Line) -> Result<Result<Planned, Flaw>, Problem> {
        let new = match self.columns.shape(line).map_or_else(|| self.read(line), Err) {
            Ok(new) => new,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let provider = self.who.staff.provider;
        let number = self.field(line, Column::Customer);
        let found = customer::by_number(conn, provider, number).await?.filter(|customer| customer.active);
        let Some(customer) = found else {
            let detail = "There is no such customer. Import the customers first, or correct the number.";
            return Ok(Err(self.flaw(line, Column::Customer, "import.no_customer", detail)));
        };
        let primary = new.addresses.first().cloned().unwrap_or_default();
        self.home(conn, customer.id).await?;
        let planned = |becomes| Planned {
            line: line.number,
            becomes,
            name: format!("{} · {} {}", new.name(), customer.number, customer.name),
            fields: vec![],
        };
        let held = address::claimed_at(conn, provider, customer.id, &primary).await?;
        if !held.is_empty() {
            return Ok(Ok(planned(Becomes::Same)));
        }
        if self.homes.get(&customer.id).is_some_and(|home| home.asked.contains(&primary)) {
            return Ok(Ok(planned(Becomes::Same)));
        }
        if let Some(flaw) = self.taken(conn, line, &new).await? {
            return Ok(Err(flaw));
        }
        let Some(home) = self.homes.get_mut(&customer.id) else { return Err(Problem::not_found()) };
        let becomes = if home.waits {
            home.waiting += 1;
            if home.waiting > WAITING {
                let detail =
                    "Up to fifty changes wait at a customer. Import the rest once they were decided on.";
                return Ok(Err(self.flaw(line, Column::Customer, "import.too_many_wait", detail)));
            }
            Becomes::Waits
        } else {
            Becomes::Added
        };
        let planned = planned(becomes);
        self.wanted.push(Wanted { line: line.number, customer: customer.id, new });
        Ok(Ok(planned))
    }

    /// Whether an address or a user of this line is somebody else's.
    async fn taken(
        &mut self,
        conn: &mut Conn,
        line: &Line,
        new: &NewContact,
    ) -> Result<Option<Flaw>, Problem> {
        let provider = self.who.staff.provider;
        for one in &new.addresses {
            if !self.addresses.insert(one.clone()) {
                let detail = "A line before has the same address. An address belongs to one person.";
                return Ok(Some(self.flaw(line, Column::Address, "import.line_twice", detail)));
            }
            if address::standing(conn, provider, one).await?.is_some_and(|held| held.active) {
                let detail = "Somebody else uses this address. Give one that only this person reads.";
                return Ok(Some(self.flaw(line, Column::Address, "address.shared", detail)));
            }
        }
        for (product, user) in &new.product_users {
            let place = self.app.products.iter().position(|p| p.id == *product).unwrap_or_default();
            let again = !self.users.insert((product.clone(), user.clone()));
            if again || contacts::user_taken(conn, provider, product, user).await?.is_some() {
                let detail = "Somebody else is this user. Look the id up in the product again.";
                return Ok(Some(self.columns.flaw(line, (USER, place), "product_user.taken", detail)));
            }
        }
        Ok(None)
    }

    async fn home(&mut self, conn: &mut Conn, id: CustomerId) -> Result<(), Problem> {
        if self.homes.contains_key(&id) {
            return Ok(());
        }
        let provider = self.who.staff.provider;
        let circle = Circle::load(conn, provider, id).await?;
        let waits = needs_second(ChangeKind::ContactAdd, &circle.listed(), Asker::Staff);
        let changes = contact_change::of_customer(conn, provider, id, self.now - CHANGES).await?;
        let open = changes.iter().filter(|c| c.approved.is_none() && self.now < c.expires_at);
        let asked = open.filter_map(|change| match serde_json::from_str(&change.change) {
            Ok(What::ContactAdd(new)) => new.addresses.first().cloned(),
            _ => None,
        });
        let asked = asked.collect();
        let waiting = contact_change::waiting(conn, provider, id, self.now).await?;
        self.homes.insert(id, Home { waits, waiting, asked });
        Ok(())
    }

    /// The contact that a line describes.
    fn read(&self, line: &Line) -> Result<NewContact, Flaw> {
        let called = |column: Column, field| {
            name(field, self.field(line, column.clone()))
                .map_err(|_| self.flaw(line, column, "import.name", "Give a name of 1 to 200 characters."))
        };
        Ok(NewContact {
            first_name: called(Column::First, "first_name")?,
            last_name: called(Column::Last, "last_name")?,
            role: self.role(line)?,
            rights: ContactRights {
                support: self.yes(line, Column::Support)?,
                instruction: self.yes(line, Column::Instruction)?,
            },
            language: self.language(line)?,
            addresses: self.addresses(line)?,
            phones: self.phones(line)?,
            product_users: self.product_users(line)?,
        })
    }

    fn role(&self, line: &Line) -> Result<ContactRole, Flaw> {
        match plain(self.field(line, Column::Role)).as_str() {
            "" | "member" | "mitglied" => Ok(ContactRole::Member),
            "admin" | "administrator" => Ok(ContactRole::Admin),
            "owner" | "inhaber" | "inhaberin" => Ok(ContactRole::Owner),
            _ => Err(self.flaw(line, Column::Role, "import.role", "Use owner, admin or member, or nothing.")),
        }
    }

    fn yes(&self, line: &Line, column: Column) -> Result<bool, Flaw> {
        match plain(self.field(line, column.clone())).as_str() {
            "yes" | "y" | "ja" | "j" | "x" | "1" | "true" | "wahr" => Ok(true),
            "no" | "n" | "nein" | "0" | "false" | "falsch" | "" => Ok(false),
            _ => Err(self.flaw(line, column, "import.yes_no", "Use yes or no.")),
        }
    }

    fn language(&self, line: &Line) -> Result<Language, Flaw> {
        match plain(self.field(line, Column::Language)).as_str() {
            "" => Ok(Language::from_word(&self.who.staff.language).unwrap_or(Language::English)),
            "de" | "deutsch" | "german" => Ok(Language::German),
            "en" | "englisch" | "english" => Ok(Language::English),
            _ => Err(self.flaw(line, Column::Language, "import.language", "Use de or en, or nothing.")),
        }
    }

    /// What stands in one or several columns, in each separated by commas, semicolons or bars.
    fn several(&self, line: &Line, column: Column) -> Vec<String> {
        let fields = self.columns.fields(line, (column as u8, 0));
        let parts = fields.flat_map(|field| field.split([',', '|', ';']));
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn addresses(&self, line: &Line) -> Result<Vec<String>, Flaw> {
        let mut all: Vec<String> = vec![];
        for text in self.several(line, Column::Address) {
            let address = Address::parse(&text).map_err(|refusal| {
                let detail = match refusal {
                    AddressRefusal::Invalid => "Write it like name@company.example.",
                    AddressRefusal::LocalPart => "Before the @ only the letters a to z can be used.",
                };
                self.flaw(line, Column::Address, refusal.word(), detail)
            })?;
            if !all.iter().any(|one| one == address.as_str()) {
                all.push(address.as_str().to_owned());
            }
        }
        if (1..=MANY).contains(&all.len()) {
            return Ok(all);
        }
        Err(self.flaw(line, Column::Address, "import.addresses", "Give one to ten mail addresses."))
    }

    fn phones(&self, line: &Line) -> Result<Vec<String>, Flaw> {
        let country = self.app.support(self.who.staff.provider).country.clone();
        let flaw = |detail| self.flaw(line, Column::Phone, "phone.invalid", detail);
        let mut all: Vec<String> = vec![];
        for text in self.several(line, Column::Phone) {
            let number = e164(&text, &country).ok_or_else(|| flaw("Write numbers as +49 30 1234567."))?;
            if !all.contains(&number) {
                all.push(number);
            }
        }
        if all.len() <= MANY { Ok(all) } else { Err(flaw("Give up to ten numbers.")) }
    }

    fn product_users(&self, line: &Line) -> Result<BTreeMap<String, String>, Flaw> {
        let mut all = BTreeMap::new();
        for (place, product) in self.app.products.iter().enumerate() {
            let user = self.columns.field(line, (USER, place));
            if user.is_empty() {
                continue;
            }
            let user = name("user", user).map_err(|_| {
                self.columns.flaw(line, (USER, place), "import.user", "Give an id of 1 to 200 characters.")
            })?;
            all.insert(product.id.clone(), user);
        }
        Ok(all)
    }
}
