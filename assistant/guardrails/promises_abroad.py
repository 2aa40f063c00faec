"""How a promise of a person sounds in other languages: the usual wordings only. A language without a line here has none."""

import re

_WORDINGS = {
    "de": r"""
        \b(?:jemand|(?:ein\w*|unser\w*|der|die|das|mein\w*) (?:\w+ )?(?:kolleg|mitarbeiter|techniker|team|berater|
            mensch|person|kundendienst|fachmann|spezialist|manager|kundenservice|support)\w*|wir|
            ich)(?: \w+){0,3}? (?:meldet sich|melden uns|kontaktier\w+|übern(?:immt|ehmen)|(?:sie|dich|ihnen|dir|sich|
            uns)(?: \w+){0,5} (?:anrufen|zurückrufen|melden|kontaktieren|schreiben|verbinden|helfen|zurück|
            in verbindung)|(?:ruft|rufen|rufe|schreibt) (?:sie|dich|ihnen|dir))\b
        \b(?:ich|wir) (?:\w+ )?(?:verbinde|leiten?|geben?|stellen?|schalten?)(?: \w+){0,5} (?:sie|dich|weiter|durch|
            mitarbeiter|menschen)\b
        \b(?:sie|du) (?:werden|wirst)(?: \w+){0,5} (?:kontaktiert|angerufen|zurückgerufen|verbunden|weitergeleitet|
            hören)\b
        \b(?:sie|du) hör(?:en|st)(?: \w+)? von (?:uns|ein)
    """,
    "fr": r"""
        \b(?:quelqu'un|(?:une?|notre|nos|votre|la|le|mon|ma) (?:\w+ )?(?:collègue|agente?|conseill|technicien|
            équipe|personne|humain|responsable|spécialiste|expert)\w*|l'équipe|nous|on|je)(?: \w+){0,3}? (?:vous|
            te) (?:\w+ )?(?:appel|rappel|contact|répond|écri|recontact|met|transf|connect|pass|rejoin)\w*
        \bvous (?:serez|allez être)(?: \w+){0,2} (?:contact|rappel|appel|transf|mis)\w*
        \bprendra contact\b
        \bvous recevrez un appel\b
    """,
    "es": r"""
        \b(?:alguien|(?:una?|nuestr[oa]|su|el|la) (?:\w+ )?(?:agente|compañer|colega|técnico|equipo|persona|humano|
            representante|especialista|asesor|gerente)\w*)(?: \w+){0,4}? (?:l[eoa]|te|se|os|con) (?:\w+ ){0,3}?(?:llam|
            contact|escrib|respond|comuni|atend|ayud|pond|usted)\w*
        \b(?:l[eoa]|te|os) (?:llamar|contactar|pondr|transfer|transfier|conect|paso con|comunic|devolver)\w*
        \b(?:nos|se) (?:pondr\w+ en contacto|comunicar\w+)
        \brecibir\w+ una llamada\b
        \bvoy a (?:transferir|conectar|pasar)\w*
    """,
    "it": r"""
        \b(?:qualcuno|(?:una?|il|la|nostr[oa]) (?:\w+ )?(?:collega|operat|tecnico|team|persona|umano|agente|espert|
            responsabile)\w*)(?: \w+){0,3}? (?:la|ti|vi) (?:\w+ )?(?:chiam|richiam|contatt|rispond|scriv|aiut)\w*
        \b(?:la|ti|vi) (?:richiam(?:er|iam)|contatter|chiamer|metto in contatto|trasferisc|passo|collego)\w*
        \bsar(?:à|ai|ete) (?:\w+ )?(?:contattat|richiamat|trasferit)\w
    """,
    "pt": r"""
        \b(?:alguém|(?:uma?|noss[oa]|[oa]) (?:\w+ )?(?:colega|atendente|técnico|equipe|equipa|pessoa|humano|agente|
            especialista|gerente))(?: \w+){0,4}? (?:(?:o|a|te|lhe|com) )?(?:ligar|contat|contact|respond|retorn|ajudar)\w*
        \b(?:vou|vamos|iremos) (?:te |o |a )?(?:transferir|conectar|encaminhar|passar|ligar|entrar em contato)\b
        \b(?:entraremos em conta[ct]to|retornaremos|será (?:contatad|contactad|transferid)\w)
    """,
    "nl": r"""
        \b(?:iemand|(?:een|onze|de|het|ons) (?:\w+ )?(?:collega|medewerker|technicus|monteur|team|persoon|mens|
            agent|specialist))(?: \w+){0,3}? (?:belt|bellen|neemt|contact\w*|schrijft|terug\w*)\b
        \b(?:ik|we|wij) (?:\w+ )?(?:verbind|bellen|bel|schakel|nemen contact)\b
        \bu (?:wordt|zult)(?: \w+){0,2} (?:gebeld|teruggebeld|verbonden|doorverbonden)\b
    """,
}
_WORDED = re.compile(
    "|".join(
        line.strip()
        for text in _WORDINGS.values()
        for line in text.replace("\n            ", "").splitlines()
        if line.strip()
    )
)


def promises_abroad(sentence: str) -> bool:
    """Whether the sentence promises a person in one of these languages."""
    return bool(_WORDED.search(" ".join(sentence.lower().replace("’", "'").split())))
