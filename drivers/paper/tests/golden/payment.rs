//! Receipts of a payment in all languages, with everything that a document can hold.
use drivers_api::document::{Block, Document, FeeLine, Row};
use drivers_api::language::Language;
use drivers_api::picture::{Depth, Picture};
use drivers_api::private::PrivateText;

/// Payload of their QR codes.
pub(crate) const QR: &str = "https://musterstadt.example/beleg#K7QF2M9X4TB-5F0C9A";

/// The code on them.
pub(crate) const CODE: &str = "K7QF-2M9X-4TB";

struct Texts {
    title: &'static str,
    thanks: &'static str,
    code: &'static str,
    rows: [(&'static str, &'static str); 4],
    heading: &'static str,
    fees: [&'static str; 3],
    total: &'static str,
    vat: &'static str,
    notice: &'static str,
    signature: &'static str,
}

/// The receipt of a published test person.
pub(crate) fn receipt(language: Language) -> Document {
    let texts = texts(language);
    let row = |(label, value): (&str, &str)| Row {
        label: label.to_owned(),
        value: PrivateText::from(value),
    };
    let fee = |label: &str, amount: &str, vat: Option<&str>, is_total| FeeLine {
        label: label.to_owned(),
        amount: PrivateText::from(amount),
        vat: vat.map(str::to_owned),
        is_total,
    };
    let [card, copies, post] = texts.fees;
    Document {
        language,
        title: texts.title.to_owned(),
        issuer: "Stadt Musterstadt · Bürgeramt".to_owned(),
        footer: "Marktplatz 1, 12345 Musterstadt · 01234 56-789".to_owned(),
        blocks: crest()
            .map(|picture| Block::Image {
                picture,
                width_mm: 14,
                alt: "Wappen der Stadt Musterstadt".to_owned(),
            })
            .into_iter()
            .chain(vec![
                Block::Heading {
                    level: 1,
                    text: PrivateText::from(texts.title),
                },
                Block::Paragraph(PrivateText::from(texts.thanks)),
                Block::Code {
                    label: texts.code.to_owned(),
                    text: CODE.to_owned(),
                    qr: QR.to_owned(),
                    alt: texts.code.to_owned(),
                },
                Block::Table(texts.rows.map(row).into()),
                Block::Heading {
                    level: 2,
                    text: PrivateText::from(texts.heading),
                },
                Block::Fees(vec![
                    fee(card, "37,00 €", None, false),
                    fee(copies, "6,00 €", None, false),
                    fee(post, "4,76 €", Some(texts.vat), false),
                    fee(texts.total, "47,76 €", None, true),
                ]),
                Block::Notice(PrivateText::from(texts.notice)),
                Block::SignatureLine {
                    label: texts.signature.to_owned(),
                },
            ])
            .collect(),
    }
}

/// A shield with a chevron, drawn here.
fn crest() -> Option<Picture> {
    let (width, height) = (96_i32, 112_i32);
    let mut bytes = vec![0; (width / 8 * height) as usize];
    for y in 0..height {
        for x in 0..width {
            let from_middle = (x - width / 2).abs();
            let half = if y < 60 { 47 } else { 47 - (y - 60) * (y - 60) / 58 };
            let is_edge = from_middle <= half && (from_middle > half - 5 || y < 5);
            let is_chevron = from_middle <= half && (y - 30 - from_middle).abs() < 9;
            if is_edge || is_chevron {
                bytes[(y * width / 8 + x / 8) as usize] |= 0x80 >> (x % 8);
            }
        }
    }
    Picture::new(width as u32, height as u32, Depth::Bit, bytes)
}

fn texts(language: Language) -> &'static Texts {
    let own = TEXTS.iter().find(|(of, _)| *of == language);
    own.map_or(&TEXTS[0].1, |(_, texts)| texts)
}

static TEXTS: [(Language, Texts); 12] = [
    (
        Language::German,
        Texts {
            title: "Zahlungsbeleg",
            thanks: "Sie haben die Gebühren für Ihren Antrag bezahlt. Bewahren Sie diesen Beleg auf, bis Sie den Ausweis haben.",
            code: "Ihr Vorgangs-Code",
            rows: [
                ("Name", "Erika Mustermann"),
                ("Leistung", "Personalausweis"),
                ("Bezahlt am", "23.11.2026, 10:42"),
                ("Zahlungsart", "girocard"),
            ],
            heading: "Gebühren",
            fees: [
                "Personalausweis (ab 24 Jahren)",
                "Beglaubigte Kopien, 2 Seiten",
                "Versand",
            ],
            total: "Gesamt",
            vat: "19 %: 0,76 €",
            notice: "Dieser Beleg ist noch kein Ausweis.",
            signature: "Unterschrift der antragstellenden Person",
        },
    ),
    (
        Language::EasyGerman,
        Texts {
            title: "Quittung",
            thanks: "Sie haben bezahlt. Hier steht, wie viel es war. Heben Sie das Blatt gut auf.",
            code: "Das ist Ihr Code",
            rows: [
                ("Ihr Name", "Erika Mustermann"),
                ("Das möchten Sie", "Personalausweis"),
                ("Bezahlt am", "23. November 2026"),
                ("Bezahlt mit", "Karte"),
            ],
            heading: "Das kostet es",
            fees: ["Personalausweis", "Kopien", "Post"],
            total: "Zusammen",
            vat: "0,76 €",
            notice: "Das ist nicht Ihr Ausweis. Sie bekommen den Ausweis später.",
            signature: "Hier unterschreiben Sie",
        },
    ),
    (
        Language::English,
        Texts {
            title: "Receipt of payment",
            thanks: "You have paid the fees for your application. Keep this receipt until you have the card.",
            code: "Your case code",
            rows: [
                ("Name", "Erika Mustermann"),
                ("Service", "Identity card"),
                ("Paid on", "23 Nov 2026, 10:42"),
                ("Paid by", "girocard"),
            ],
            heading: "Fees",
            fees: [
                "Identity card (age 24 and over)",
                "Certified copies, 2 pages",
                "Postage",
            ],
            total: "Total",
            vat: "19%: €0.76",
            notice: "This receipt isn’t an identity card.",
            signature: "Signature of the applicant",
        },
    ),
    (
        Language::Turkish,
        Texts {
            title: "Ödeme belgesi",
            thanks: "Başvurunuzun harçlarını ödediniz. Kimliğinizi alıncaya kadar bu belgeyi saklayın.",
            code: "İşlem kodunuz",
            rows: [
                ("Ad", "Çelik, İğdır Şoför"),
                ("Hizmet", "Kimlik kartı"),
                ("Ödeme tarihi", "23.11.2026, 10:42"),
                ("Ödeme türü", "girocard"),
            ],
            heading: "Harçlar",
            fees: ["Kimlik kartı (24 yaş ve üzeri)", "Onaylı kopya, 2 sayfa", "Gönderim"],
            total: "Toplam",
            vat: "%19: 0,76 €",
            notice: "Bu belge kimlik kartı yerine geçmez.",
            signature: "Başvuranın imzası",
        },
    ),
    (
        Language::Russian,
        Texts {
            title: "Квитанция об оплате",
            thanks: "Вы оплатили сборы за своё заявление. Сохраните эту квитанцию, пока не получите удостоверение.",
            code: "Код вашего дела",
            rows: [
                ("Имя", "Erika Mustermann"),
                ("Услуга", "Удостоверение личности"),
                ("Оплачено", "23.11.2026, 10:42"),
                ("Способ оплаты", "girocard"),
            ],
            heading: "Сборы",
            fees: ["Удостоверение (с 24 лет)", "Заверенные копии, 2 страницы", "Пересылка"],
            total: "Итого",
            vat: "19 %: 0,76 €",
            notice: "Эта квитанция не является удостоверением личности.",
            signature: "Подпись заявителя",
        },
    ),
    (
        Language::Ukrainian,
        Texts {
            title: "Квитанція про оплату",
            thanks: "Ви сплатили збори за свою заяву. Зберігайте цю квитанцію, доки не отримаєте посвідчення.",
            code: "Код вашої справи",
            rows: [
                ("Ім’я", "Євгенія Їжакевич"),
                ("Послуга", "Посвідчення особи"),
                ("Сплачено", "23.11.2026, 10:42"),
                ("Спосіб", "girocard"),
            ],
            heading: "Збори",
            fees: [
                "Посвідчення особи (від 24 років)",
                "Засвідчені копії, 2 сторінки",
                "Пересилання",
            ],
            total: "Разом",
            vat: "19 %: 0,76 €",
            notice: "Ця квитанція не є посвідченням особи.",
            signature: "Підпис заявника",
        },
    ),
    (
        Language::Polish,
        Texts {
            title: "Potwierdzenie płatności",
            thanks: "Opłaty za wniosek zostały zapłacone. Proszę zachować to potwierdzenie do czasu odbioru dowodu.",
            code: "Kod sprawy",
            rows: [
                ("Nazwisko", "Żółć-Łódzka, Świętosława"),
                ("Usługa", "Dowód osobisty"),
                ("Zapłacono", "23.11.2026, 10:42"),
                ("Sposób", "girocard"),
            ],
            heading: "Opłaty",
            fees: ["Dowód osobisty (od 24 lat)", "Kopie poświadczone, 2 strony", "Wysyłka"],
            total: "Razem",
            vat: "19%: 0,76 €",
            notice: "To potwierdzenie nie jest dowodem osobistym.",
            signature: "Podpis wnioskodawcy",
        },
    ),
    (
        Language::Romanian,
        Texts {
            title: "Dovada plății",
            thanks: "Ați plătit taxele pentru cererea dumneavoastră. Păstrați această dovadă până când primiți cartea.",
            code: "Codul dosarului",
            rows: [
                ("Nume", "Șerban Țîrlea"),
                ("Serviciu", "Carte de identitate"),
                ("Plătit la", "23.11.2026, 10:42"),
                ("Plătit cu", "girocard"),
            ],
            heading: "Taxe",
            fees: [
                "Carte de identitate (de la 24 de ani)",
                "Copii legalizate, 2 pagini",
                "Expediere",
            ],
            total: "Total",
            vat: "19 %: 0,76 €",
            notice: "Această dovadă nu este un act de identitate.",
            signature: "Semnătura solicitantului",
        },
    ),
    (
        Language::French,
        Texts {
            title: "Reçu de paiement",
            thanks: "Vous avez payé les frais de votre demande. Gardez ce reçu jusqu’à la remise de la carte.",
            code: "Votre code de dossier",
            rows: [
                ("Nom", "Zoë Lefèvre-Çàùÿ"),
                ("Service", "Carte d’identité"),
                ("Payé le", "23/11/2026, 10:42"),
                ("Moyen", "girocard"),
            ],
            heading: "Frais",
            fees: [
                "Carte d’identité (à partir de 24 ans)",
                "Copies certifiées, 2 pages",
                "Envoi",
            ],
            total: "Total",
            vat: "19 % : 0,76 €",
            notice: "Ce reçu n’est pas une pièce d’identité.",
            signature: "Signature de la personne qui demande",
        },
    ),
    (
        Language::Spanish,
        Texts {
            title: "Recibo de pago",
            thanks: "Ha pagado las tasas de su solicitud. Guarde este recibo hasta que tenga el documento.",
            code: "Código de su expediente",
            rows: [
                ("Nombre", "Begoña Núñez Pingüino"),
                ("Servicio", "Documento de identidad"),
                ("Pagado el", "23/11/2026, 10:42"),
                ("Medio", "girocard"),
            ],
            heading: "Tasas",
            fees: [
                "Documento de identidad (desde 24 años)",
                "Copias compulsadas, 2 páginas",
                "Envío",
            ],
            total: "Total",
            vat: "19 %: 0,76 €",
            notice: "¡Este recibo no es un documento de identidad!",
            signature: "Firma de quien solicita",
        },
    ),
    (
        Language::Arabic,
        Texts {
            title: "إيصال الدفع",
            thanks: "لقد دفعتم رسوم طلبكم. احتفظوا بهذا الإيصال حتى تستلموا البطاقة.",
            code: "رمز معاملتكم",
            rows: [
                ("الاسم", "محمّد الأحمد"),
                ("الخدمة", "بطاقة الهوية"),
                ("تاريخ الدفع", "23.11.2026, 10:42"),
                ("طريقة الدفع", "girocard"),
            ],
            heading: "الرسوم",
            fees: ["بطاقة الهوية (من عمر 24 سنة)", "نسخ مصدّقة، صفحتان", "الإرسال بالبريد"],
            total: "المجموع",
            vat: "19 %: 0,76 €",
            notice: "هذا الإيصال ليس بطاقة هوية.",
            signature: "توقيع مقدّم الطلب",
        },
    ),
    (
        Language::Persian,
        Texts {
            title: "رسید پرداخت",
            thanks: "شما هزینهٔ درخواست خود را پرداخته‌اید. این رسید را تا گرفتن کارت نگه دارید.",
            code: "کد پروندهٔ شما",
            rows: [
                ("نام", "ژاله پورگچی"),
                ("خدمت", "کارت شناسایی"),
                ("تاریخ پرداخت", "23.11.2026, 10:42"),
                ("روش پرداخت", "girocard"),
            ],
            heading: "هزینه‌ها",
            fees: ["کارت شناسایی (از ۲۴ سال)", "رونوشت برابر اصل، ۲ صفحه", "پست"],
            total: "جمع",
            vat: "19 %: 0,76 €",
            notice: "این رسید کارت شناسایی نیست.",
            signature: "امضای درخواست‌کننده",
        },
    ),
];
