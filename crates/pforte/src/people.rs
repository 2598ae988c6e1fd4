//! `pforte staff add` and `pforte staff recover`: from the terminal, through the running server or straight into the
//! database.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use clap::Subcommand;
use pforte_core::kernel::{Language, StaffRole};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::{
    Failure, config,
    serve::{self, Mode},
    socket::{self, Added, Printed, RecoverBody, StaffBody},
};

/// What can be done with staff.
#[derive(Subcommand)]
pub enum Verb {
    /// Add a staff member. The password is asked for, or read as one line from standard input.
    Add(Arguments),
    /// Print a link that resets password and one-time codes, for somebody whom no lead and admin can help. It works once,
    /// within an hour; the person, all leads and all admins are told.
    Recover(RecoverArguments),
}

#[derive(clap::Args)]
pub struct RecoverArguments {
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
    /// The provider's slug; may be left out where there is only one.
    #[arg(long, default_value = "")]
    provider: String,
    #[arg(long)]
    username: String,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
    /// The provider's slug; may be left out where there is only one.
    #[arg(long, default_value = "")]
    provider: String,
    #[arg(long)]
    username: String,
    #[arg(long)]
    first_name: String,
    #[arg(long)]
    last_name: String,
    #[arg(long)]
    email: String,
    #[arg(long)]
    salutation: Option<String>,
    #[arg(long)]
    address: Option<String>,
    #[arg(long)]
    company: Option<String>,
    /// agent, onboarding_manager, support_lead, success_lead, admin or guest; several with commas.
    #[arg(long, value_delimiter = ',', value_parser = role, required = true)]
    role: Vec<StaffRole>,
    /// de or en.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

fn role(text: &str) -> Result<StaffRole, String> {
    StaffRole::from_word(text).ok_or_else(|| {
        let all: Vec<_> = StaffRole::ALL.iter().map(|r| r.word()).collect();
        format!("use one of {}", all.join(", "))
    })
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_word(text).ok_or_else(|| "use de or en".into())
}

/// Carries out a verb.
pub async fn run(verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Add(arguments) => add(arguments).await,
        Verb::Recover(arguments) => recover(arguments).await,
    }
}

async fn recover(arguments: RecoverArguments) -> Result<(), Failure> {
    let config = config::read(&arguments.config)?;
    let body = RecoverBody { provider: arguments.provider, username: arguments.username };
    let printed: Printed = match socket::ask(&socket::path(&config), "/recover", &body).await? {
        Some(printed) => printed,
        None => {
            let (app, _lock) = serve::application(&config, Mode::default()).await?;
            let printed = socket::recover_staff(&app, body).await.map_err(|p| socket::in_words(&p));
            app.stop().await;
            printed?
        }
    };
    println!("For {}, once, within an hour:", printed.name);
    println!("  {}", printed.url);
    println!("The person, all leads and all admins are told, and it stands in the log.");
    Ok(())
}

async fn add(arguments: Arguments) -> Result<(), Failure> {
    let config = config::read(&arguments.config)?;
    let body = StaffBody {
        provider: arguments.provider,
        username: arguments.username,
        first_name: arguments.first_name,
        last_name: arguments.last_name,
        email: arguments.email,
        salutation: arguments.salutation,
        address: arguments.address,
        company: arguments.company,
        roles: arguments.role,
        language: arguments.language,
        password: password()?,
    };
    let added: Added = match socket::ask(&socket::path(&config), "/staff", &body).await? {
        Some(added) => added,
        None => {
            let (app, _lock) = serve::application(&config, Mode::default()).await?;
            let added = socket::add_staff(&app, body).await.map_err(|p| socket::in_words(&p));
            app.stop().await;
            added?
        }
    };
    tell(&added);
    Ok(())
}

fn tell(added: &Added) {
    println!("{} is added. For the one-time codes, shown only now:", added.username);
    println!("  secret  {}", added.totp_secret);
    println!("  or      {}", added.totp_url);
    println!("Trainings and guidelines are noted by an admin on the desk, under Staff.");
}

/// Asks twice on a terminal, without showing it; otherwise reads one line.
fn password() -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let first = hidden("Password (12 characters or more): ")?;
    if hidden("Once more: ")? != first {
        return Err("the two passwords differ".into());
    }
    Ok(first)
}

fn hidden(prompt: &str) -> Result<String, Failure> {
    eprint!("{prompt}");
    io::stderr().flush()?;
    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &silent)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    eprintln!();
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
