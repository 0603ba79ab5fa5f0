//! Which button says what.
use drivers_api::language::Language;

/// A label in either language.
pub(crate) fn either(l: Language) -> impl Fn(&'static str, &'static str) -> &'static str {
    move |german, english| if l == Language::English { english } else { german }
}

/// View, button and what it says.
pub(crate) fn expected(l: Language) -> Vec<(&'static str, &'static str, &'static str)> {
    let label = either(l);
    let next = label("Weiter", "Continue");
    let again = label("Noch einmal versuchen", "Try again");
    vec![
        ("01-attract", "Zum Starten berühren", "Start"),
        (
            "03-services",
            label("Meldebescheinigung", "Certificate of residence"),
            "Service(ServiceId(\"meldebescheinigung\"))",
        ),
        (
            "03-services",
            label("Hund anmelden", "Register a dog"),
            "Service(ServiceId(\"hund\"))",
        ),
        ("03-services", label("Aus dem Rathaus", "From the town hall"), "Board"),
        ("23-board", label("Fundsachen", "Lost property"), "Entry(4)"),
        ("23-board-article", label("Zurück", "Back"), "Back"),
        ("23-board-meeting", "Haushaltssatzung 2027 mit Anlagen", "Entry(2)"),
        ("23-board-found", "Kinderrucksack", "Entry(2)"),
        ("04-request", next, "Continue"),
        ("04-request", label("Zurück", "Back"), "Back"),
        ("04-request", label("Abbrechen", "Cancel"), "Cancel"),
        ("06-can", next, "Continue"),
        ("08-malformed", again, "Continue"),
        ("09-form-person", next, "Continue"),
        (
            "10-review",
            label("Ihre Bescheinigung ändern", "Change Your certificate"),
            "Change(1)",
        ),
        (
            "10-review",
            label("Jetzt verbindlich absenden", "Submit now – this is binding"),
            "Continue",
        ),
        ("10-card-content", label("Fertig", "Done"), "Continue"),
        ("10-card-content", label("Zurück", "Back"), "Back"),
        ("10-exit", label("Fertig", "Done"), "Continue"),
        ("12-filing-failed", again, "Continue"),
        ("13-receipt", label("Noch einmal drucken", "Print again"), "PrintAgain"),
        (
            "13-receipt-failed",
            label("Drucken noch einmal versuchen", "Try printing again"),
            "PrintAgain",
        ),
        ("13-receipt", label("Fertig", "Done"), "Continue"),
        ("16-away-simple", label("Weitermachen", "Carry on"), "Continue"),
        (
            "17-countdown",
            label("Ich brauche mehr Zeit", "I need more time"),
            "MoreTime",
        ),
        ("18-cancel", label("Nein, weitermachen", "No, carry on"), "KeepGoing"),
        (
            "18-cancel",
            label("Ja, abbrechen und löschen", "Yes, cancel and delete"),
            "ConfirmCancel",
        ),
    ]
}

/// The same of the fee.
pub(crate) fn expected_of_pay(l: Language) -> Vec<(&'static str, &'static str, &'static str)> {
    let label = either(l);
    vec![
        ("24-pay", label("Jetzt mit Karte", "Now by card"), "Pay(Card)"),
        (
            "24-pay",
            label("Später am Schalter", "Later at the counter"),
            "Pay(Counter)",
        ),
        (
            "24-pay",
            label("Später mit Rechnung", "Later, with an invoice"),
            "Pay(Invoice)",
        ),
        ("25-paying", label("Zurück", "Back"), "Back"),
        ("26-pay-back-done", label("Fertig", "Done"), "Continue"),
    ]
}

/// The same of what became of a case.
pub(crate) fn expected_of_follow_up(l: Language) -> Vec<(&'static str, &'static str, &'static str)> {
    let label = either(l);
    let next = label("Weiter", "Continue");
    let again = label("Noch einmal versuchen", "Try again");
    vec![
        (
            "03-services",
            label("Was ist aus meinem Antrag geworden?", "What became of my application?"),
            "FollowUp",
        ),
        ("30-follow-up", label("Code eingeben", "Enter a code"), "ByCode"),
        (
            "30-follow-up",
            label("Ausweis auflegen", "Place your ID card"),
            "ByCard",
        ),
        ("31-code-right", next, "Continue"),
        ("33-line-down", again, "Continue"),
        ("34-cases", label("Hund anmelden", "Register a dog"), "Case(1)"),
        ("35-case-needs", "Ihre Meldebescheinigung", "Letter(0)"),
        (
            "35-case-received",
            label("Antrag zurückziehen", "Withdraw the application"),
            "Withdraw",
        ),
        ("36-letter", label("Nächste Seite", "Next page"), "Continue"),
        (
            "36-letter",
            label("Schreiben drucken", "Print the letter"),
            "PrintAgain",
        ),
        (
            "37-withdraw",
            label("Ja, zurückziehen", "Yes, withdraw it"),
            "ConfirmWithdraw",
        ),
        (
            "37-withdraw",
            label("Nein, Antrag behalten", "No, keep the application"),
            "Continue",
        ),
    ]
}

/// The same of what is there on every screen.
pub(crate) fn expected_of_panels(l: Language) -> Vec<(&'static str, &'static str, &'static str)> {
    let label = either(l);
    vec![
        ("03-services", label("Hilfe", "Help"), "Help"),
        (
            "03-services",
            label("Sprache: Deutsch", "Language: English"),
            "Languages",
        ),
        (
            "10-review",
            label("Anzeige: Größe, Farben, Ton", "Display: size, colours, sound"),
            "Settings",
        ),
        (
            "20-settings",
            label("Schrift 150 Prozent", "Text size 150 percent"),
            "Prefer(Text(Percent150))",
        ),
        ("20-settings", label("Dunkel", "Dark"), "Prefer(Look(Dark))"),
        (
            "20-settings",
            label("Gelb auf Schwarz", "Yellow on black"),
            "Prefer(Look(YellowOnBlack))",
        ),
        (
            "20-settings",
            label(
                "Ziffern bei der PIN mischen, damit niemand mitliest",
                "Shuffle the digits for the PIN, so that nobody can read along",
            ),
            "Prefer(Shuffled(true))",
        ),
        (
            "20-settings",
            label(
                "Tasten für unruhige Hände: schnelles doppeltes Drücken zählt nur einmal",
                "Keys for unsteady hands: a quick second press doesn't count",
            ),
            "Prefer(Steady(true))",
        ),
        (
            "20-settings",
            label(
                "Ohne Kopfhörer vorlesen. Persönliches wird nie laut gesagt.",
                "Read aloud without headphones. Personal things are never said aloud.",
            ),
            "Prefer(Aloud(true))",
        ),
        ("20-settings-headset", label("Langsamer", "Slower"), "Prefer(Slower)"),
        ("20-settings-headset", label("Schneller", "Faster"), "Prefer(Faster)"),
        ("20-settings-headset", label("Leiser", "Quieter"), "Prefer(Quieter)"),
        ("20-settings-headset", label("Lauter", "Louder"), "Prefer(Louder)"),
        ("20-languages", "Türkçe", "Language(Turkish)"),
        ("21-help", label("Jemanden rufen", "Call somebody"), "CallStaff"),
        (
            "21-help",
            label("Kurz weggehen und nachfragen", "Step away and ask"),
            "StepAside",
        ),
        ("21-help", label("Andere Sprache", "Another language"), "Languages"),
        (
            "21-help",
            label("Zurück zum Vorgang", "Back to where I was"),
            "KeepGoing",
        ),
    ]
}
