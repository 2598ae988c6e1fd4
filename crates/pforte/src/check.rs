//! `pforte check-config`: reads everything the server would read, and says what is wrong. With `--connect` it also
//! tries every mail server.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use pforte_core::catalogue::{Action, DataClass, Methods, Product, Route};

use pforte_server::{AttachmentSettings, How};

use crate::{
    Failure,
    config::{self, Config},
    incoming::Incoming,
    outgoing::connect,
    secrets_file, tls,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
    /// Also try every mail server (and the bucket): connect, sign in, and leave.
    #[arg(long)]
    connect: bool,
}

/// Checks configuration, catalogue, keys, secrets and certificates; on wish also servers.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = config::read(&arguments.config)?;
    files_and_lists(&config)?;
    if arguments.connect {
        connect::run(&config).await?;
    }
    println!("All of it can be used.");
    Ok(())
}

fn files_and_lists(config: &Config) -> Result<(), Failure> {
    secrets_file::read(&config.secrets)?;
    for listener in [&config.portal, &config.gateway] {
        tls::server(listener)?;
    }
    for door in &config.incoming.doors {
        config.incoming.settings(door, config.portal.host())?;
    }
    println!("portal   {}", config.portal.origin());
    println!("gateway  {} (each session gets a name below it)", config.gateway.origin());
    for sign_in in config.sign_ins.all() {
        sign_in.check().map_err(|trouble| format!("mail.oauth: {trouble}"))?;
        sign_in.files().filter_map(|path| open_to_others(path)).for_each(|note| println!("note: {note}"));
    }
    outgoing(config);
    mail(&config.incoming);
    files(&config.attachments)?;
    for product in &config.products {
        println!("product  {} ({}) at {}", product.id, product.name, product.upstream);
        let count = |test: &dyn Fn(&pforte_core::catalogue::Route) -> bool| {
            product.routes.iter().filter(|route| test(route)).count()
        };
        println!(
            "         {} routes: a PIN shows {}, masks {}, and {} need more; {} never open",
            product.routes.len(),
            count(&|r| r.action == Action::View && r.class == DataClass::Product),
            count(&|r| r.action == Action::View && r.class == DataClass::Personal && r.pass.is_some()),
            count(&|r| match r.action {
                Action::View => r.class == DataClass::Personal && r.pass.is_none(),
                Action::Never => false,
                _ => true,
            }),
            count(&|r| r.action == Action::Never),
        );
        for note in shadowed(product).into_iter().chain(open_ends(product)) {
            println!("         note: {note}");
        }
    }
    Ok(())
}

/// How mail goes out, for reading.
fn outgoing(config: &Config) {
    match &config.smtp {
        None => println!("mail out to the folder {}", config.mail_folder.display()),
        Some(smtp) => println!("mail out over {}:{}", smtp.host, smtp.port),
    }
    for support in &config.incoming.support {
        if let (Some(smtp), Some(address)) = (&support.smtp, &support.address) {
            println!("         from {address} over {}:{}", smtp.host, smtp.port);
        }
    }
}

/// A file with a secret that more than its owner can read.
fn open_to_others(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & 0o077 != 0).then(|| format!("{shown} is open to others; run: chmod 600 {shown}"))
}

/// How mail comes in, for reading.
fn mail(incoming: &Incoming) {
    for support in &incoming.support {
        let check = match &support.check {
            How::Own => "checks senders itself".to_owned(),
            How::Header { authserv_id } => format!("believes {authserv_id} about senders"),
            How::Nothing => "takes every sender as unproven".to_owned(),
        };
        let addresses: Vec<&str> = support.addresses().collect();
        println!("support  {}: {check}", addresses.join(", "));
    }
    for mailbox in &incoming.mailboxes {
        println!("mailbox  {} on {}:{}", mailbox.folder, mailbox.host, mailbox.port);
    }
    for door in &incoming.doors {
        println!("mail     {:?} on {}", door.protocol, door.listen);
    }
}

/// Where files and whole mails lie. A bucket is not asked: only the start of a server does that.
fn files(attachments: &AttachmentSettings) -> Result<(), Failure> {
    let Some(bucket) = &attachments.bucket else {
        println!("files    in {}", attachments.folder.display());
        return Ok(());
    };
    attachments.check().map_err(|wrong| format!("attachments.s3: {wrong}"))?;
    let style = if bucket.path_style { "in the path" } else { "in the host name" };
    let below = if bucket.prefix.is_empty() { String::new() } else { format!(", below {}/", bucket.prefix) };
    println!("files    in the bucket {} ({style}) at {}{below}", bucket.bucket, bucket.endpoint);
    println!("         on their way in through {}", attachments.folder.display());
    Ok(())
}

/// Routes that never match, because an earlier one takes everything.
fn shadowed(product: &Product) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, route) in product.routes.iter().enumerate() {
        let conditional = |route: &Route| !route.when.is_empty() || route.body.is_some();
        // One with conditions counts wherever it stands, if it is stricter.
        if conditional(route) {
            continue;
        }
        let path = route.path.to_string();
        let covers = |earlier: &Route| {
            let methods = match (&earlier.methods, &route.methods) {
                (Methods::Any, _) => earlier.action != Action::View,
                (earlier, later) => earlier == later,
            };
            methods && !conditional(earlier) && earlier.path.matches(&path)
        };
        // `/a/**` matches what `/a/*` does not: only an earlier pattern that is as wide hides it.
        let earlier = product.routes[..index].iter().find(|earlier| {
            covers(earlier) && (!path.ends_with("/**") || earlier.path.to_string().ends_with("/**"))
        });
        if let Some(earlier) = earlier {
            notes.push(format!("{path} is never reached: {} comes first", earlier.path));
        }
    }
    notes
}

/// What a reader of the catalogue may not have thought of.
fn open_ends(product: &Product) -> Vec<String> {
    const READING: &[&str] = &["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH", "POST"];
    let mut notes = Vec::new();
    for route in &product.routes {
        let path = &route.path;
        let looks = route.action == Action::View;
        if looks && route.pass.is_some() && route.query.is_none() && route.when.is_empty() {
            notes.push(format!(
                "{path} is masked and names no parameters: with any in its address it stays closed (`query = [\"page\"]`)"
            ));
        }
        if let (true, Methods::Named(names)) = (looks, &route.methods) {
            for name in names.iter().filter(|name| !READING.contains(&name.as_str())) {
                notes.push(format!("{path} takes {name} for looking; is that what it does?"));
            }
            let posts = names.iter().any(|name| name == "POST");
            if posts && route.pass.is_some() && route.body.is_none() {
                notes.push(format!(
                    "{path} is masked and takes POST: what is sent along closes it, unless `body` names it"
                ));
            }
        }
        if product.area(&route.area).is_none() {
            notes.push(format!("the area {} has no name for customers (`[[product.area]]`)", route.area));
        }
    }
    notes.dedup();
    notes
}

#[cfg(test)]
mod tests {
    use pforte_core::catalogue::{Asked, IdentityHeaders, Param, PassList, PathPattern};

    use super::*;

    fn route(method: &str, path: &str) -> Route {
        Route {
            methods: if method == "*" { Methods::Any } else { Methods::Named(vec![method.into()]) },
            path: PathPattern::parse(path).expect("a pattern"),
            when: vec![],
            query: None,
            body: None,
            area: "a".into(),
            action: Action::View,
            class: DataClass::Product,
            websocket: false,
            pass: None,
        }
    }

    fn product(routes: Vec<Route>) -> Product {
        Product {
            id: "p".into(),
            name: "P".into(),
            upstream: "http://127.0.0.1:9".into(),
            upstream_ca_pem: None,
            own_origins: vec![],
            identity: IdentityHeaders::default(),
            script_cookies: vec![],
            request_headers: vec![],
            areas: vec![],
            routes,
        }
    }

    #[test]
    fn only_what_is_never_reached_is_said_to_be() {
        let hidden = product(vec![route("GET", "/a/**"), route("GET", "/a/b")]);
        assert_eq!(shadowed(&hidden).len(), 1);
        let reached = product(vec![route("GET", "/a/*"), route("GET", "/a/**"), route("POST", "/a/b")]);
        assert!(shadowed(&reached).is_empty(), "{:?}", shadowed(&reached));
        let asked = Asked { method: "GET", path: "/a/b/c", ..Asked::default() };
        assert_eq!(reached.classify(&asked).route, Some(1));
    }

    #[test]
    fn a_masked_route_without_named_parameters_is_pointed_out() {
        let masked =
            Route { class: DataClass::Personal, pass: Some(PassList::default()), ..route("GET", "/m") };
        let named = Route { query: Some(vec![Param { name: "page".into(), value: None }]), ..masked.clone() };
        let said = |route| open_ends(&product(vec![route])).join("\n");
        assert!(said(masked).contains("/m is masked and names no parameters"));
        assert!(!said(named).contains("names no parameters"));
        assert!(said(route("MKCALENDAR", "/c")).contains("takes MKCALENDAR for looking"));
    }
}
