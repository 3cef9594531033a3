"""The words by which headers and cells say who may not be contacted, in several languages. What follows for a column or
a row does not belong here.
"""

#: Words of headers (without accents, in lower case, single spaces), by what a yes below them means.
DO_NOT_CALL = (
    r"(?:please )?do ?n[o']?t (?:call|contact|phone|ring|text|sms|mail|email|disturb|solicit|market)"
    r"|n?dnc[lr]?|dnd|c?tps|no (?:(?:phone|sales|marketing) )?(?:calls?|contact)(?: please)?|no(?:calls?|contact)"
    r"|bloctel|robinson(?: ?list[ea])?|list[ea] robinson|opposition (?:au )?(?:demarchage|telephonique)"
    r"|(?:bitte )?nicht (?:mehr )?(?:anrufen|kontaktieren)|kein kontakt|keine anrufe|kontaktsperre|anrufsperre"
    r"|ne (?:pas|plus) (?:appeler|contacter|demarcher)|no (?:llamar|contactar|molestar)"
    r"|nao (?:ligar|contatar|contactar|perturbe)|non (?:chiamare|contattare|disturbare)"
    r"|registro (?:pubblico )?(?:delle )?opposizioni|niet (?:bellen|contacteren|benaderen)|bel me niet"
    r"|ring (?:inte|ej|ikke)|kontakta (?:inte|ej)|nie (?:dzwonic|kontaktowac)|nevolat|nekontaktovat"
    r"|не (?:звонить|беспокоить)|[請请]?勿(?:[扰擾打]|[拨撥]打|致[电電]|[联聯][系絡繫])"
    r"|(?:電話|連絡|架電|[拨撥]打)(?:禁止|不可)|(?:연락|전화) ?금지"
)
OPTED_OUT = (
    r"opt(?:ed|s)? ?outs?|unsub(?:scribed?|s)?|suppress(?:ed|ion)?|black ?list(?:ed)?"
    r"|abgemeldet|werbesperre|keine werbung|werbeverbot|werbewiderspruch|widerspruch"
    r"|desabonnee?|desinscrite?|desinscription|opposition|dado de baja|descadastrad[oa]|disiscritt[oa]"
    r"|afgemeld|uitgeschreven|avregistrerad|отписан|отписка|退[订訂]|配信停止|수신 ?거부"
)
BLOCKED = r"blocked|gesperrt|bloquead[oa]|bloccat[oa]|geblokkeerd|zablokowany"
_MEANS = r"(?:call|contact|phone|text|sms|e ?mail|market)"
CONSENT = (
    r"consent(?:ed|ement)?|opt(?:ed|s)? ?in|subscribed|contactable"
    rf"|(?:can|may|ok|okay) (?:to |we )?{_MEANS}(?: you)?|permission to {_MEANS}"
    r"|accepts? (?:e ?mail |sms )?(?:marketing|calls?|sms|e ?mails?)"
    r"|(?:marketing|contact|calling|call|phone|sms|e ?mail) permissions?"
    r"|(?:werbe)?einwilligung|einverstandnis|zustimmung|werbeerlaubnis"
    r"|consentimiento|consentimento|consenso|toestemming|samtycke|samtykke|zgoda|согласие|同意|동의"
)
_LAWS = "tcpa|gdpr|dsgvo|rgpd|lgpd|rodo|casl"
_CHANNELS = r"e ?mails?|sms|calls?|mobile|cell|home|work|landline|(?:tele)?phone(?: ?[0-9]{1,2})?|[0-9]{1,2}"

#: What may stand behind such words, and before them.
AFTER = (
    r"(?: (?:list|flag|indicator|status|date|at|am|on|since|time|timestamp|registry|register|registered"
    r"|y n|yes no|true false|datum|fecha|data|of|from|to|for|by|be|all|any|the|given|granted|obtained|internal"
    r"|contact|contacted|marketing|werbung|newsletters?|communications?|privacy|na kontakt|marketingowa"
    rf"|{_LAWS}|{_CHANNELS}))*"
)
BEFORE = (
    r"(?:(?:is|has|was|text|in|on|the|global|national|federal|state|internal|company|marketing|newsletter|customer"
    r"|client|lead|contact|prospect|person|user|express|written|prior|privacy|date|datum|auf"
    rf"|{_LAWS}|{_CHANNELS}) )*"
)
#: Headers that ask for a day.
DAY = r"(?:^date\b.*| (?:date|at|on|am|since|time|timestamp|datum|fecha|data))\Z"
#: Headers that ask for the state of a lead or of a call, of which a few say it.
STATE = r"\b(?:status|stage|disposition|outcome|result|statut|estado|situacao|stato|ergebnis)\b"


def _phrases(*texts: str) -> tuple[str, ...]:
    """Return what stands between bars."""
    return tuple(phrase for text in texts for phrase in text.split("|"))


#: Cells, in lower case, without marks around them.
YES = (
    *"true t yes y 1 1.0 x ja j oui o si sí sì s sim wahr vrai verdadero verdadeiro vero on tak да evet".split(),  # noqa: SIM905
    *_phrases("はい|是|예|✓|✔|☑|dnc|stop|do not call|do not contact|opted out|opt out|optout|opted-out|opt-out"),
    *_phrases("unsubscribed|suppressed|blocked|denied|withdrawn|revoked"),
)
NO = (
    *"false f no n 0 0.0 nein non nao não nee nej nie faux falsch falso off нет".split(),  # noqa: SIM905
    *_phrases("いいえ|否|아니오|☐|none|never"),
)
#: These say that somebody may be contacted, whatever the header asks.
WELCOME = _phrases(
    "subscribed|active|ok|opted in|opt in|optin|opted-in|opt-in|can call|call|not opted out|granted|given"
)
#: Of a column that says who must not be called also these: results of a look-up in a register.
LISTED = _phrases("listed|registered|match|hit|requested|on list|on the list")
NOT_LISTED = _phrases(
    "clear|clean|callable|contactable|not listed|not registered|not on list|no match|ok to call|ok to contact"
)
#: Of states of leads and of calls these alone.
STATES_DO_NOT_CALL = _phrases(
    "dnc|do not call|do not contact|don't call|don't contact|dont call|dont contact|do-not-call|do-not-contact",
    "do_not_call|do_not_contact|donotcall|donotcontact|never call|requested dnc|dnc requested|dnc - requested",
    "added to dnc|on dnc|on dnc list|nicht anrufen|nicht kontaktieren|nicht mehr anrufen|ne pas appeler",
    "ne pas contacter|ne plus appeler|no llamar|no contactar|não ligar|não contatar|non chiamare|non contattare",
    "niet bellen|не звонить",
)
STATES_OPTED_OUT = _phrases(
    "opted out|opt out|opted-out|opt-out|optout|opted_out|opt_out|optedout|unsubscribed|unsubscribe|abgemeldet",
    "désinscrit|désabonné|dado de baja|descadastrado|disiscritto|uitgeschreven",
)
REVOKED = (*STATES_OPTED_OUT, "denied", "withdrawn", "revoked")
#: What a person agreed to, or where, is no answer to the question whether.
TERMS = r"^(?:https?://|www\.|by |i (?:agree|consent|accept|authori[sz]e|hereby|give|understand)\b)"
#: An answer with something behind it: `yes, since May`.
ANSWER = r"^(?:yes|y|true|ja|oui|sí|si|sim)\s*[,;:(\x{2013}-]"
DATE = (
    r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[t ].*)?$|^\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/., ]+\d{2,4}(?: .*)?$"
    r"|^[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}(?:,? .*)?$|^20\d{6}$"
)
#: The day that databases write for none.
NO_DAY = r"^0000-00-00(?:[t ].*)?$"
