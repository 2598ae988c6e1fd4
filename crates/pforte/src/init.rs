//! `pforte init`: configuration, keys, database and the first provider.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use pforte_core::{
    entry::{Actor, Event},
    kernel::ProviderId,
};
use pforte_server::Shared;
use pforte_store::{
    Change, StoreError,
    provider::{self, Provider},
};

use crate::{
    Failure, config, secrets_file,
    serve::{self, Mode},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration file to make.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
    /// The provider's name, as customers read it.
    #[arg(long)]
    name: String,
    /// Short, for addresses: lower-case letters, digits, dashes.
    #[arg(long)]
    slug: String,
}

/// A configuration to begin with.
const BEGINNING: &str = r#"# Pforte. Check it with `pforte check-config`.

[server]
listen = "127.0.0.1:7000"
# The origin of portal and desk. On a real server: https, with `certificate` and `key` (PEM files), or
# with the address of the proxy in front in `trusted_proxies`.
public_url = "http://pforte.localhost:7000"
# Database, mails and socket lie here.
data = "data"
# Secret keys; readable by their owner only, and kept apart from the database's copies.
secrets = "secrets.toml"
trusted_proxies = []

[gateway]
listen = "127.0.0.1:7001"
# Each session gets a name below this one. It must be a registered domain apart from the portal's,
# with a wildcard certificate.
public_url = "http://gate.localhost:7001"

# PostgreSQL instead of one SQLite file:
# [database]
# url = "postgres://pforte@/pforte?host=/var/run/postgresql"

# Until this is set, mails go to files in the data folder.
# [mail.smtp]
# host = "mail.example"
# port = 465
# user = "pforte"
# password_file = "mail-password"

# Mail from customers: the address they write to, and how it comes in.
# [[support]]
# address = "support@nordlicht.example"
# country = "DE"
# [support.check]
# how = "header"                          # a mail server of yours says who is genuine …
# authserv_id = "mx.nordlicht.example"    # … under this name; or how = "own": Pforte looks itself
# [support.imap]                          # everything in this folder is taken: a mailbox of its own
# host = "imap.nordlicht.example"
# user = "support"
# password_file = "mailbox-password"
# [mail.lmtp]                             # or the mail server hands it over
# listen = "127.0.0.1:2400"

# catalogue = ["catalogue.toml"]   # your products; goes to the top of this file
"#;

/// Makes everything a first start needs; keeps what is there already.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let slug = arguments.slug.trim().to_lowercase();
    let plain = slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if slug.is_empty() || slug.len() > 40 || !plain {
        return Err("--slug takes lower-case letters, digits and dashes, 40 at most".into());
    }
    if arguments.name.trim().is_empty() {
        return Err("--name must not be empty".into());
    }
    if !arguments.config.exists() {
        write_new(&arguments.config, BEGINNING)?;
        println!("made {}", arguments.config.display());
    }
    let config = config::read(&arguments.config)?;
    if !config.secrets.exists() {
        secrets_file::create(&config.secrets)?;
        println!("made {} (keep a copy in a safe place)", config.secrets.display());
    }
    let (app, _lock) = serve::application(&config, Mode::default()).await?;
    let made = add_provider(&app, &slug, arguments.name.trim()).await;
    app.stop().await;
    made?;
    println!("added the provider {}", arguments.name.trim());
    println!(
        "Next: pforte staff add --username … --first-name … --last-name … --email … --role admin,support_lead"
    );
    println!("Then: pforte serve");
    Ok(())
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|e| format!("cannot make {}: {e}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

/// Adds a provider.
pub async fn add_provider(app: &Shared, slug: &str, name: &str) -> Result<ProviderId, Failure> {
    let now = app.sources.now();
    let new = Provider { id: app.sources.id(now), slug: slug.into(), name: name.into() };
    let entry = app.entry(now, new.id, Actor::System, Event::ProviderAdded {});
    let added = app
        .writer
        .change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                provider::insert(tx, &new, now).await?;
                Ok(Change::logged(new.id, entry))
            })
        })
        .await;
    match added {
        Ok(id) => {
            app.assign_support().await?;
            Ok(id)
        }
        Err(StoreError::Conflict(_)) => Err(format!("there is a provider called {slug} already").into()),
        Err(error) => Err(error.into()),
    }
}
