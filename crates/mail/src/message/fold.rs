//! What somebody wrote, apart from what their program quoted under it.
//!
//! Only the look of the text decides, so a wrong guess must cost nothing: the quoted part is kept, found by the
//! search, shown folded, and can always be opened. When in doubt nothing is folded: whoever answers below or
//! between the quoted lines is read as a whole.

/// A text in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What is new. Never empty when the text was not.
    pub own: String,
    /// From the first line of the quote to the end.
    pub quoted: Option<String>,
}

/// The line our own mails carry above what is quoted: `##- … -##`.
pub const MARKER_BEGINS: &str = "##-";
const MARKER_ENDS: &str = "-##";
/// Only lines of usual length are looked at.
const MAX_LINE_BYTES: usize = 1_000;

/// Splits a text at the first sign of a quote.
pub fn fold(text: &str) -> Folded {
    let whole = || Folded { own: text.trim_end().to_owned(), quoted: None };
    let lines: Vec<&str> = text.lines().collect();
    let Some(at) = (0..lines.len()).find(|at| begins_quote(&lines, *at)) else { return whole() };
    let own = lines[..at].join("\n").trim_end().to_owned();
    if own.trim().is_empty() || is_answered(&lines[at..]) {
        return whole();
    }
    Folded { own, quoted: Some(lines[at..].join("\n").trim_end().to_owned()) }
}

fn quotes(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether somebody goes on writing behind the first quoted line: below the quote, or inside it.
fn is_answered(rest: &[&str]) -> bool {
    let behind = rest.iter().skip_while(|line| !quotes(line));
    behind.into_iter().any(|line| !line.trim().is_empty() && !quotes(line))
}

fn begins_quote(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    if line.is_empty() || line.len() > MAX_LINE_BYTES {
        return false;
    }
    is_marker(line)
        || is_divider(line)
        || is_attribution(lines, at)
        || is_header_block(lines, at)
        || is_rule(line)
            && lines.iter().skip(at + 1).take(2).enumerate().any(|(n, _)| is_header_block(lines, at + 1 + n))
        || is_quoted_to_the_end(lines, at)
}

fn is_marker(line: &str) -> bool {
    line.trim_start_matches(['>', ' ']).starts_with(MARKER_BEGINS) && line.ends_with(MARKER_ENDS)
}

/// The line that Outlook draws above what it quotes.
fn is_rule(line: &str) -> bool {
    line.len() >= 10 && line.bytes().all(|byte| byte == b'_')
}

/// `-----Original Message-----` and its like.
fn is_divider(line: &str) -> bool {
    const WORDS: [&str; 24] = [
        "original message",
        "ursprüngliche nachricht",
        "ursprüngliche e-mail",
        "original-nachricht",
        "originalnachricht",
        "forwarded message",
        "weitergeleitete nachricht",
        "original appointment",
        "ursprünglicher termin",
        "message d'origine",
        "message original",
        "message transféré",
        "mensaje original",
        "mensaje reenviado",
        "messaggio originale",
        "messaggio inoltrato",
        "mensagem original",
        "oorspronkelijk bericht",
        "oprindelig meddelelse",
        "ursprungligt meddelande",
        "wiadomość oryginalna",
        "původní zpráva",
        "eredeti üzenet",
        "исходное сообщение",
    ];
    if !line.starts_with("--") || !line.ends_with("--") {
        return false;
    }
    let words = line.trim_matches('-').trim().to_lowercase().replace('’', "'");
    WORDS.contains(&words.as_str())
}

/// `On …, … wrote:`, `Am … schrieb …:` and their like, on one line to three.
fn is_attribution(lines: &[&str], at: usize) -> bool {
    const SAYS: [&str; 22] = [
        "wrote",
        "schrieb",
        "geschrieben",
        "a écrit",
        "escribió",
        "ha scritto",
        "escreveu",
        "schreef",
        "skrev",
        "kirjoitti",
        "napisał",
        "napsal",
        "napísal",
        "írta",
        "a scris",
        "написал",
        "писал",
        "пише",
        "yazdı",
        "写道",
        "написа",
        "έγραψε",
    ];
    let mut whole = String::new();
    for (number, line) in lines[at..].iter().take(3).enumerate() {
        let line = line.trim();
        if line.is_empty() || line.len() > MAX_LINE_BYTES || quotes(line) {
            return false;
        }
        whole.push_str(line);
        whole.push(' ');
        if line.ends_with([':', '：']) {
            let lower = whole.to_lowercase();
            let dated = lower.chars().any(|c| c.is_ascii_digit()) || lower.contains('@');
            if !dated || !SAYS.iter().any(|word| lower.contains(word)) {
                return false;
            }
            // A sentence may look like that: then no quote follows it, and it names no address.
            let mut after = lines[at + number + 1..].iter().take(5).filter(|line| !line.trim().is_empty());
            let names = lower.contains('<') && lower.contains('@');
            return after.next().is_some_and(|line| quotes(line)) || names;
        }
    }
    false
}

// What the lines of such a block are called.
const FROM: [&str; 14] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "lähettäjä",
    "od",
    "от",
    "feladó",
    "kimden",
    "发件人",
    "差出人",
];
const SENT: [&str; 15] = [
    "sent",
    "gesendet",
    "envoyé",
    "enviado",
    "enviada",
    "enviado el",
    "inviato",
    "verzonden",
    "skickat",
    "sendt",
    "lähetetty",
    "wysłano",
    "odesláno",
    "отправлено",
    "发送时间",
];
const DATE: [&str; 6] = ["date", "datum", "data", "fecha", "dato", "дата"];
const TO: [&str; 14] = [
    "to",
    "an",
    "à",
    "para",
    "a",
    "aan",
    "till",
    "til",
    "vastaanottaja",
    "do",
    "komu",
    "кому",
    "收件人",
    "cc",
];
const SUBJECT: [&str; 15] = [
    "subject",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "assunto",
    "onderwerp",
    "ämne",
    "emne",
    "aihe",
    "temat",
    "předmět",
    "тема",
    "主题",
    "件名",
];

/// Outlook's block: From/Von, then when it was sent, and to whom or about what.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    let label = |line: &str, words: &[&str]| {
        let line = line.trim().trim_start_matches('*').to_lowercase();
        words.iter().any(|word| {
            let rest =
                line.strip_prefix(word).map(|rest| rest.trim_start_matches('\u{a0}').trim_start_matches(' '));
            rest.is_some_and(|rest| rest.starts_with([':', '*', '：']))
        })
    };
    if !label(lines[at], &FROM) {
        return false;
    }
    let near: Vec<&str> =
        lines[at + 1..].iter().take(6).take_while(|line| !line.trim().is_empty()).copied().collect();
    let has = |words: &[&str]| near.iter().any(|line| label(line, words));
    let dated = near.iter().any(|line| label(line, &DATE) && line.chars().any(|c| c.is_ascii_digit()));
    // “Von: Berlin, An: Hamburg, Datum: …” is somebody's own list.
    let plainly = lines[at].contains('@') || has(&SUBJECT);
    (has(&SENT) || (dated && plainly)) && (has(&TO) || has(&SUBJECT))
}

/// A `>` line after which only quotes and empty lines come, and which no sentence leads to.
fn is_quoted_to_the_end(lines: &[&str], at: usize) -> bool {
    // Looked at only where a block of quotes begins, so that all of this stays linear.
    let begins = quotes(lines[at]) && (at == 0 || !quotes(lines[at - 1]));
    let led_to = || {
        let above = lines[..at].iter().rev().find(|line| !line.trim().is_empty());
        above.is_some_and(|line| line.trim_end().ends_with(':'))
    };
    begins && lines[at..].iter().all(|line| line.trim().is_empty() || quotes(line)) && !led_to()
}
