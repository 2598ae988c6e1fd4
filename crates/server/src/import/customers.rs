//! Customers out of a file: by number; name and group are taken over.

use std::collections::{BTreeMap, BTreeSet};

use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{CustomerId, GroupId, fold},
};
use pforte_store::{
    Change, Tx,
    customer::{self, Customer},
};

use super::{
    Becomes, Planned, Report,
    table::{Columns, Flaw, Line, columns, plain, read},
};
use crate::{
    contact::name,
    customer::number,
    cx::{App, Audience, News, Problem, Topic, there},
    people::StaffActor,
};

/// Lines that are written together.
const BATCH: usize = 100;
/// Groups that one provider has at most.
const GROUPS: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Number,
    Name,
    Group,
}

fn meaning(header: &str) -> Option<Column> {
    Some(match plain(header).as_str() {
        "number" | "nummer" | "kundennummer" | "kundennr" | "kdnr" | "customernumber" | "customerno" => {
            Column::Number
        }
        "name" | "firma" | "firmenname" | "kunde" | "kundenname" | "customer" | "company" | "companyname"
        | "customername" => Column::Name,
        "group" | "gruppe" | "kundengruppe" | "customergroup" => Column::Group,
        _ => return None,
    })
}

/// A line that can be taken, with everything its transaction needs.
struct Wanted {
    line: u64,
    /// As it will be.
    customer: Customer,
    new: bool,
    /// Another group; a new one has its id in the plan.
    group: Option<Option<GroupId>>,
    entry: Entry,
}

/// A group that does not exist yet.
struct NewGroup {
    id: GroupId,
    name: String,
    entry: Entry,
}

struct Plan {
    report: Report,
    wanted: Vec<Wanted>,
    groups: Vec<NewGroup>,
}

/// Looks at a file, and takes it over unless it is only to be looked at.
pub async fn import(app: &App, who: &StaffActor, bytes: &[u8], dry: bool) -> Result<Report, Problem> {
    let Plan { mut report, wanted, groups } = plan(app, who, bytes).await?;
    if dry || !report.flaws.is_empty() {
        return Ok(report);
    }
    report.done = true;
    let mut wanted = wanted.into_iter();
    let mut groups = Some(groups);
    loop {
        let batch: Vec<Wanted> = wanted.by_ref().take(BATCH).collect();
        let Some(first) = batch.first().map(|wanted| wanted.line) else { break };
        let groups = groups.take().unwrap_or_default();
        let written = app.writer.change(move |tx| Box::pin(write(tx, groups, batch))).await;
        if let Err(problem) = written {
            report.done = false;
            report.stopped =
                Some(Flaw { line: first, column: None, code: "import.stopped", detail: problem.detail });
            break;
        }
    }
    app.hub.publish(News::new(who.staff.provider, &[Audience::Desk, Audience::Leads], &[Topic::Customers]));
    Ok(report)
}

/// One batch in one transaction. A line that somebody else changed meanwhile undoes it.
async fn write(tx: &mut Tx, groups: Vec<NewGroup>, batch: Vec<Wanted>) -> Result<Change<()>, Problem> {
    let mut entries = vec![];
    for NewGroup { id, name, entry } in groups {
        customer::insert_group(tx, entry.provider, id, &name).await?;
        entries.push(entry);
    }
    for Wanted { customer, new, group, entry, .. } in batch {
        if new {
            customer::insert(tx, &customer, group.flatten(), entry.at).await?;
        } else {
            customer::update(tx, &customer, group).await?;
        }
        entries.push(entry);
    }
    let mut entries = entries.into_iter();
    let first = there(entries.next(), "entry of an import")?;
    Ok(Change::logged((), first).and_all(entries))
}

async fn plan(app: &App, who: &StaffActor, bytes: &[u8]) -> Result<Plan, Problem> {
    let table = read(bytes)?;
    let needed = [(Column::Number, "number"), (Column::Name, "name")];
    let columns = columns(&table, meaning, (&needed, &[]))?;
    let mut conn = app.read().await?;
    let known = customer::groups(&mut conn, who.staff.provider).await?;
    let mut planning = Planning {
        app,
        who,
        columns: &columns,
        groups: known.into_iter().map(|(id, name)| (fold(&name), (id, name))).collect(),
        seen: BTreeSet::new(),
        plan: Plan { report: Report::new(&table, &columns), wanted: vec![], groups: vec![] },
    };
    for line in &table.lines {
        let number = columns.field(line, Column::Number);
        let found = customer::by_number(&mut conn, who.staff.provider, number).await?;
        match planning.line(line, found) {
            Ok(planned) => planning.plan.report.planned.push(planned),
            Err(flaw) => planning.plan.report.flaws.push(flaw),
        }
    }
    Ok(planning.plan)
}

struct Planning<'a> {
    app: &'a App,
    who: &'a StaffActor,
    columns: &'a Columns<Column>,
    /// By what their names are compared by.
    groups: BTreeMap<String, (GroupId, String)>,
    /// Numbers of lines before.
    seen: BTreeSet<String>,
    plan: Plan,
}

impl Planning<'_> {
    fn line(&mut self, line: &Line, found: Option<Customer>) -> Result<Planned, Flaw> {
        if let Some(flaw) = self.columns.shape(line) {
            return Err(flaw);
        }
        let flaw = |means, code, detail: &str| self.columns.flaw(line, means, code, detail);
        let number = number(self.columns.field(line, Column::Number)).map_err(|_| {
            flaw(Column::Number, "import.number", "Use up to 20 letters, digits and dashes for the number.")
        })?;
        let called = name("name", self.columns.field(line, Column::Name))
            .map_err(|_| flaw(Column::Name, "import.name", "Give a name of 1 to 200 characters."))?;
        if !self.seen.insert(number.to_ascii_lowercase()) {
            let detail = "A line before has the same number. Leave one of them out.";
            return Err(flaw(Column::Number, "import.line_twice", detail));
        }
        let group = self.group(line)?;
        let (app, provider, now) = (self.app, self.who.staff.provider, self.app.sources.now());
        let was = found.clone();
        let mut customer = found.unwrap_or_else(|| Customer {
            id: app.sources.id(now),
            provider,
            number: number.clone(),
            name: called.clone(),
            group: None,
            address: None,
            active: true,
            pin_closed_at: None,
            pin_reopened_at: None,
        });
        let mut fields = vec![];
        if customer.name != called {
            customer.name.clone_from(&called);
            fields.push("name");
        }
        // A file without a group says nothing of groups.
        let group = group.filter(|(_, name)| customer.group.as_deref() != Some(name));
        if group.is_some() {
            fields.push("group");
        }
        let becomes = match &was {
            None => Becomes::Added,
            Some(_) if fields.is_empty() => Becomes::Same,
            Some(_) => Becomes::Changed,
        };
        if becomes != Becomes::Same {
            let id: CustomerId = customer.id;
            let event = match becomes {
                Becomes::Added => Event::CustomerAdded { customer: id },
                _ => Event::CustomerChanged {
                    customer: id,
                    fields: fields.iter().map(|field| Clean::name(field)).collect(),
                },
            };
            let actor = Actor::Staff(self.who.staff.id);
            self.plan.wanted.push(Wanted {
                line: line.number,
                new: was.is_none(),
                group: group.map(|(id, _)| Some(id)),
                entry: Entry { customer: Some(id), ..app.entry(now, provider, actor, event) },
                customer,
            });
        }
        let fields = if was.is_none() { vec![] } else { fields };
        Ok(Planned { line: line.number, becomes, name: format!("{number} {called}"), fields })
    }

    /// The group that a line names; one that does not exist yet is planned as well.
    fn group(&mut self, line: &Line) -> Result<Option<(GroupId, String)>, Flaw> {
        let text = self.columns.field(line, Column::Group);
        if text.is_empty() {
            return Ok(None);
        }
        let flaw = |code, detail: &str| self.columns.flaw(line, Column::Group, code, detail);
        let called = name("group", text)
            .map_err(|_| flaw("import.group", "Give a name of 1 to 200 characters, or nothing."))?;
        if let Some(known) = self.groups.get(&fold(&called)) {
            return Ok(Some(known.clone()));
        }
        if self.groups.len() >= GROUPS {
            return Err(flaw("import.group", "Up to 200 groups are possible. Use one that exists."));
        }
        let now = self.app.sources.now();
        let id: GroupId = self.app.sources.id(now);
        let (provider, actor) = (self.who.staff.provider, Actor::Staff(self.who.staff.id));
        let entry = self.app.entry(now, provider, actor, Event::GroupAdded { group: id });
        self.plan.groups.push(NewGroup { id, name: called.clone(), entry });
        self.groups.insert(fold(&called), (id, called.clone()));
        Ok(Some((id, called)))
    }
}
