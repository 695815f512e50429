"""The words by which spreadsheets name choices and countries, in both languages."""

import difflib
import re
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache

from django.utils.translation import override
from django_countries import countries

from registry import choices
from registry.text import name_key

LANGUAGES = ("fr", "en")
ENDING = re.compile(r"e{0,2}s$|ee?$")
# A grantee is no grant, nor a payee a country («pays»).
ENGLISH_PERSONS = re.compile(r"(?:grant|award|attend|pay|don)ees?$")

# Beside the codes and the labels of both languages. One line a choice, as people write it.
SYNONYMS = {
    choices.OrganisationKind: {
        "local_authority": "collectivité territoriale, collectivité locale, collectivité, commune,"
        "ville, municipalité, mairie, métropole, intercommunalité, région, département, epci,"
        "agglomération, municipality, city, local government, mrc, arrondissement, province, state,"
        "communauté d'agglomération, communauté de communes, communauté urbaine,"
        "conseil départemental, conseil régional, conseil municipal, conseil général",
        "ministry": "ministère, department of state, gouvernement, government",
        "diplomatic_mission": "représentation diplomatique, ambassade, consulat, consulat général,"
        "délégation générale, embassy, consulate, diplomatic representation",
        "public_body": "organisme public, établissement public, société d'état, agence publique,"
        "public agency, public institution, epic, établissement public industriel et commercial,"
        "epa, établissement public administratif, gip",
        "university": "université, établissement d'enseignement supérieur, higher education,"
        "école supérieure, grande école, école d'ingénieurs, école de commerce,"
        "higher education institution",
        "school": "école, lycée, collège, cégep, établissement scolaire, établissement"
        " d'enseignement, high school",
        "research_body": "organisme de recherche, centre de recherche, institut de recherche,"
        "laboratoire, research institute, research centre, research center, research organisation",
        "competitiveness_cluster": "pôle de compétitivité, pôle, competitiveness pole",
        "cluster": "grappe, grappe industrielle, créneau d'excellence, filière",
        "technology_park": "technopole, technopôle, parc technologique, science park",
        "technology_centre": "centre d'innovation technologique, centre technologique, cctt,"
        "centre collégial de transfert de technologie, technology innovation center,"
        "innovation centre, centre d'innovation",
        "incubator": "incubateur, accélérateur, accelerator, startup incubator",
        "development_agency": "agence de développement économique, agence de développement,"
        "agence économique, development agency, economic agency",
        "chamber": "chambre consulaire, chambre de commerce, chambre de commerce et d'industrie,"
        "cci, chambre de métiers, chambre de métiers et de l'artisanat, chamber of commerce",
        "company": "entreprise, société, coopérative, scop, startup, start-up, pme, tpe, business,"
        "firm, enterprise, entreprise privée, société privée, société commerciale, private company,"
        "private business, secteur privé, private sector, entreprise publique, société publique,"
        "public company, sarl, sas, sa, société d'économie mixte, sem, spl",
        "association": "asbl, osbl, obnl, ong, organisme à but non lucratif, ngo, non-profit,"
        "nonprofit, association loi 1901, organisme communautaire, fondation, foundation,"
        "organisme sans but lucratif, osbl association, comité de jumelage, charity, charitable"
        " organisation",
        "health_establishment": "établissement de santé, hôpital, chu, centre hospitalier, ciusss,"
        "chum, hospital, health care, health institution",
        "cultural_institution": "établissement culturel, institution culturelle, musée, théâtre,"
        "bibliothèque, équipement culturel, museum, theatre, library",
        "network": "réseau, fédération, alliance, association de villes, federation,"
        "réseau de villes,"
        "association de collectivités",
        "international_organisation": "organisation internationale, international organization",
        "other": "autre, autres, divers",
    },
    choices.AgreementKind: {
        "protocol": "protocole de coopération, protocole, protocole d'entente,"
        "protocole d'accord, mémorandum d'entente, mémorandum, memorandum of understanding, mou,"
        "cooperation protocol, memorandum, mémorandum de coopération, memorandum of cooperation,"
        "memorandum d'accord",
        "convention": "convention de coopération, convention de partenariat, accord, entente,"
        "agreement, entente de coopération, accord de coopération, cooperation agreement,"
        "entente de collaboration, convention de collaboration, accord bilatéral,"
        "bilateral agreement, collaboration agreement, convention de coopération décentralisée,"
        "accord de coopération décentralisée, entente de coopération décentralisée,"
        "entente intergouvernementale, accord intergouvernemental, intergovernmental agreement",
        "framework": "accord-cadre, convention-cadre, entente-cadre, accord cadre,"
        "framework convention, accord-cadre de coopération, accord-cadre de partenariat,"
        "framework cooperation agreement",
        "implementing": "convention d'application, accord d'application, accord de mise en œuvre,"
        "entente d'application, avenant, implementing convention",
        "declaration": "déclaration commune, déclaration conjointe, déclaration,"
        "déclaration d'intention commune, déclaration d'intention, joint statement, declaration",
        "twinning": "jumelage, accord de jumelage, entente de jumelage, pacte de jumelage,"
        "sister city, sister cities,"
        "town twinning, twinning agreement, convention de jumelage, charte de jumelage,"
        "serment de jumelage, protocole de jumelage, pacte de jumelage, sister city agreement,"
        "sister cities agreement,"
        "twinned",
        "tripartite": "coopération tripartite, accord tripartite, entente tripartite,"
        "tripartite agreement, convention tripartite",
        "letter_of_intent": "lettre d'intention, lettre d'entente, loi",
        "partnership": "partenariat, accord de partenariat, entente de partenariat,"
        "partenariat stratégique, strategic partnership, partnership agreement",
    },
    choices.Direction: {
        "outgoing": "sortante, sortant, départ, mission, déplacement, à l'étranger, out, outbound,"
        "envoi, mission à l'étranger, aller, sortie, envoyée, mission sortante,"
        "délégation sortante, déplacement à l'étranger, outgoing mission, outgoing delegation,"
        "outward",
        "incoming": "entrante, entrant, accueil, réception, visite reçue, in, inbound, hosted,"
        "arrivée, entrée, reçue, accueillie, accueil de délégation, accueil d'une délégation,"
        "accueil d'une délégation étrangère, accueil de délégation étrangère,"
        "réception de délégation, réception d'une délégation,"
        "mission entrante, délégation entrante, visite entrante, incoming delegation,"
        "incoming mission, incoming visit, inward, received",
    },
    choices.ActivityStatus: {
        "submitted": "déposé, soumis, candidat, en instruction, en préparation, proposed, planned,"
        "à l'étude, en cours d'instruction, en développement, pipeline, draft, prévu, planifié,"
        "programmé, à venir, en attente, pending",
        "selected": "retenu, labellisé, lauréat, sélectionné, accepté, approved, awarded, financé,"
        "soutenu, subventionné, funded, granted",
        "ongoing": "en cours, démarré, actif, active, in progress, under way,"
        "en cours de réalisation, en cours d'exécution, en cours de mise en œuvre, en œuvre,"
        "en exécution, implementation, being implemented",
        "completed": "terminé, achevé, clos, complété, clôturé, finalisé, réalisé, soldé, fini,"
        "finished, closed, done, finalised, finalized, ended",
        "cancelled": "annulé, abandonné, canceled",
        "suspended": "suspendu, en pause, reporté, ajourné, on hold, postponed",
    },
    choices.ContributionKind: {
        "grant": "subvention, aide, financement, don, subside, cash, aide en numéraire,"
        "subvention directe, contribution financière, numéraire, en numéraire, aide financière,"
        "soutien financier, financial contribution, aide monétaire, fonctionnement,"
        "investissement, projet, action, subvention de fonctionnement, subvention exceptionnelle,"
        "subvention d'investissement, subvention de projet, aide au projet, équipement,"
        "aide au fonctionnement, exceptionnelle",
        "in_kind": "en nature, aide en nature, nature, apport en nature, mise à disposition",
        "loan": "prêt, avance remboursable, avance",
    },
    choices.Currency: {
        "EUR": "€, euros",
        "CAD": "$ ca, $ can, $ cad, dollar canadien, dollars canadiens, ca$, can$, cad$, can,"
        "canadian dollar, canadian dollars",
        "USD": "$ us, us$, dollar américain, dollars américains, us dollar, us dollars",
        "GBP": "£, livre sterling, livres sterling",
        "XOF": "fcfa, f cfa, franc cfa, francs cfa",
        "CHF": "franc suisse, francs suisses",
        "MAD": "dirham, dirhams, dh, dhs",
    },
    choices.PartyRole: {
        "party": "partie, signataire, signatory",
        "associated": "partenaire associé, associé, associated",
    },
    choices.PlaceKind: {
        "city": "ville, commune, com, municipalité, town, municipality, village, localité",
        "intercommunality": "métropole, intercommunalité, epci, communauté urbaine,"
        "communauté d'agglomération, communauté de communes, agglomération, metropolis,"
        "communauté métropolitaine, metropolitan area",
        "department": "département, comté, county, department, mrc",
        "region": "région, province, state, land, canton, region",
        "country": "pays, country",
    },
    choices.FundKind: {
        "fund": "fonds, fund",
        "programme": "programme, program, dispositif, scheme, mesure",
    },
    choices.SourceKind: {
        "press_release": "communiqué de presse, communiqué, press release, media release",
        "web_page": "page web, page internet, site web, site internet, website, web site, webpage",
        "official_text": "texte officiel, décret, loi, arrêté, official document",
        "deliberation": "délibération, délibération du conseil, délibération municipale,"
        "council decision, council resolution",
        "report": "rapport, étude, bilan, study, rapport d'activité, annual report",
        "news": "article, article de presse, presse, news, press article, newspaper article",
        "dataset": "jeu de données, données, base de données, data, database",
    },
}
# Which word at the head of a longer text tells: «Association culturelle», «Lycée professionnel».
HEADS = {
    choices.OrganisationKind: frozenset(
        (
            *("association", "lycee", "universite", "musee", "ministere", "hopital", "theatre"),
            *("entreprise", "fondation", "commune", "ambassade", "consulat", "incubateur"),
            *("bibliotheque", "cooperative", "federation", "ville", "municipalite"),
        )
    ),
}
# What several choices could stand for: one of them is offered, and nobody takes it unasked.
OFFERED = {
    choices.AgreementKind: {
        "twinning": "amitié, friendship, jumelage",
        "partnership": "pacte, charte, coopération, cooperation, collaboration, pact, charter,"
        "contrat, contract, arrangement",
        "implementing": "avenant, amendment",
        "framework": "cadre",
        "letter_of_intent": "lettre, letter, intention, principe",
        "declaration": "déclaration",
        "convention": "entente, accord, convention, agreement",
        "protocol": "protocole, mémorandum",
    },
}
COUNTRY_SYNONYMS = {
    "MU": "maurice, île maurice, îles maurice, mauritius",
    "BF": "burkina, burkina faso",
    "GN": "guinée, guinée conakry, guinea",
    "US": "u.s., états-unis, états-unis d'amérique, usa, u.s.a., us, united states, america,"
    "amérique",
    "GB": "royaume-uni, uk, u.k., grande-bretagne, great britain, united kingdom, angleterre,"
    "england, écosse, scotland, pays de galles, wales, irlande du nord, northern ireland",
    "DE": "deutschland",
    "ES": "españa",
    "KR": "corée du sud, south korea, corée, république de corée, republic of korea",
    "KP": "corée du nord, north korea",
    "RU": "russie, russia, fédération de russie, russian federation",
    "VN": "vietnam, viêt nam, viet nam",
    "CZ": "tchéquie, république tchèque, czech republic, czechia",
    "CI": "côte d'ivoire, ivory coast",
    "CD": "rdc, rd congo, république démocratique du congo, congo-kinshasa, drc,"
    "congo (rdc), rép. dém. du congo, rép. démocratique du congo, r.d. congo, dr congo",
    "CF": "rca, centrafrique, rép. centrafricaine",
    "AE": "eau, émirats, uae",
    "VA": "vatican",
    "KM": "îles comores",
    "GF": "guyane",
    "CG": "congo-brazzaville, république du congo, congo",
    "MD": "moldavie, moldova, moldavia",
    "IE": "republic of ireland, république d'irlande",
    "TL": "east timor, timor oriental",
    "BA": "bosnia and hercegovina, bosnie",
    "FK": "falkland islands, malouines",
    "SR": "surinam",
    "FM": "micronesia, federated states of micronesia, micronésie",
    "SY": "syrie, syria",
    "LA": "laos",
    "IR": "iran, iran islamic republic of, république islamique d'iran",
    "TZ": "tanzanie, tanzania",
    "VE": "venezuela",
    "BO": "bolivie, bolivia",
    "PS": "palestine, territoires palestiniens",
    "NL": "pays-bas, hollande, holland, netherlands, the netherlands",
    "CV": "cap-vert, cape verde",
    "MK": "macédoine du nord, north macedonia, macédoine, macedonia",
    "SZ": "swaziland, eswatini",
    "MM": "birmanie, burma, myanmar",
    "TR": "turquie, turkey",
    "CN": "chine, china, république populaire de chine, people's republic of china, prc",
    "TW": "taïwan, taiwan",
}

# «Letter of intent (LOI)».
WITH_SHORT = re.compile(r"\s*([^()]+?)\s*\(\s*[A-Z](?:[A-Za-z]{0,3}[A-Z])\s*\)\s*")
# Of a choice in two languages, each of which may have one.
MOST_SLASHES = 3


@cache
def choice_words(kind) -> dict[str, str]:
    """The value of each choice by every folded word for it."""
    words: dict[str, str] = {}
    for value, synonyms in SYNONYMS.get(kind, {}).items():
        for synonym in synonyms.split(","):
            words.setdefault(word_key(synonym), value)
    for language in LANGUAGES:
        with override(language):
            words |= {word_key(str(label)): value for value, label in kind.choices}
    return words | {word_key(value): value for value in kind.values}


def find_choice(kind, text: str) -> str | None:
    """The choice that a text names; plurals and feminine forms name it too."""
    key = word_key(text)
    found = choice_words(kind).get(key)
    found = _inflected(kind).get(stem(key)) if found is None else found
    if found is None and 0 < text.count("/") <= MOST_SLASHES:
        # In two languages: «Entente / Agreement».
        both = {find_choice(kind, part) for part in text.split("/") if part.strip()}
        found = both.pop() if len(both) == 1 else None
    if found is None and (match := WITH_SHORT.fullmatch(text)):
        found = find_choice(kind, match[1])
    if found is None and (head := key.split(" ")[0]) in HEADS.get(kind, ()):
        found = choice_words(kind)[head]
    return found


def offered_choice(kind, text: str) -> str | None:
    """The choice that comes nearest to a text, by one of its words or by how it reads."""
    words = set(map(stem, word_key(text).split()))
    for value, said in OFFERED.get(kind, {}).items():
        if words & {stem(word_key(word)) for word in said.split(",")}:
            return value
    known = choice_words(kind)
    near = closest(text, known, 0.7)
    return known[near] if near else None


@cache
def _inflected(kind) -> dict[str, str | None]:
    """The value of each choice by every word for it without its ending, where it is alone."""
    stems: dict[str, str | None] = {}
    for key, value in choice_words(kind).items():
        bare = stem(key)
        stems[bare] = value if stems.get(bare, value) == value else None
    return stems


def stem(key: str) -> str:
    """Folded words without the endings of plurals and feminine forms."""
    return " ".join(map(_stem, key.split()))


def _stem(word: str) -> str:
    if ENGLISH_PERSONS.fullmatch(word):
        return word.removesuffix("s")
    return ENDING.sub("", word) if len(word) > 3 else word


@cache
def country_words() -> dict[str, str]:
    """The ISO code of each country by every folded word for it."""
    words: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            for code, name in countries:
                words.setdefault(word_key(name), code)
    for code, _name in countries:
        words[code.lower()] = code
        if three := countries.alpha3(code):
            words.setdefault(three.lower(), code)
    for code, synonyms in COUNTRY_SYNONYMS.items():
        words |= {word_key(synonym): code for synonym in synonyms.split(",")}
    return words


def word_key(text: str) -> str:
    """Like ``name_key``, except that a sign alone stays what it is."""
    return name_key(text) or text.strip().lower()


# Of the registry's own words, which are compared again and again.
_key_of_candidate = lru_cache(maxsize=4_000)(word_key)


def country_code(text: str) -> str | None:
    return country_words().get(word_key(text))


def country_names(code: str) -> tuple[str, str]:
    """The French and the English name of a country."""
    names = []
    for language in LANGUAGES:
        with override(language):
            names.append(countries.name(code))
    return names[0], names[1]


def country_name(code: str) -> str:
    """The name of a country in the active language."""
    return str(countries.name(code))


# How alike two words are of which one is misspelt.
SLIP = 0.85


# Looking for a closer word takes milliseconds: so often for a file, and not for what is no word.
MOST_GUESSES, LONGEST_GUESSED = 200, 100
_guesses_left: ContextVar[list[int] | None] = ContextVar("guesses_left", default=None)


@contextmanager
def few_guesses():
    """After so many words only what is wrong is said, not what may have been meant."""
    token = _guesses_left.set([MOST_GUESSES])
    try:
        yield
    finally:
        _guesses_left.reset(token)


def closest(text: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The candidate that reads most like the text, if one comes near."""
    left = _guesses_left.get()
    if len(text) > LONGEST_GUESSED or (left and not left[0]):
        return None
    if left:
        left[0] -= 1
    by_key: dict[str, str] = {}
    for candidate in candidates:
        by_key.setdefault(_key_of_candidate(candidate), candidate)
    key = word_key(text)
    # A slip; a word of a longer name, "Culture" for "Culture et patrimoine"; what reads like it.
    found = (
        difflib.get_close_matches(key, by_key, n=1, cutoff=max(cutoff, SLIP))
        or [one for one in by_key if key in one.split()]
        or difflib.get_close_matches(key, by_key, n=1, cutoff=cutoff)
    )
    return by_key[found[0]] if found else None
