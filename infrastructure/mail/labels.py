"""Gmail's labels of a mail (`X-Gmail-Labels`), also in the languages of its users.

Gmail's export names its own labels in the language of the account. A label that a user made and
called by such a name in another language can't be told from it.
"""

import re
from typing import Final
from unicodedata import normalize

LONGEST_LABEL = 100
"""Characters kept of a label."""

_ITEM = re.compile(r'\s*+(?:"((?:[^"]|"")*+)"\s*+(?=,|$)|([^,]*+))(?:,|$)')
_PREFIX = re.compile(r"\[(?:gmail|google mail)\]/|\\")


def _names(lines: str) -> frozenset[str]:
    return frozenset(_compared(name) for line in lines.splitlines() for name in line.split(","))


def _compared(label: str) -> str:
    return _PREFIX.sub("", normalize("NFC", label).strip().casefold(), count=1)


DRAFTS: Final = _names(
    """Draft,Drafts,Entwurf,Entwürfe,Brouillon,Brouillons,Borrador,Borradores,Bozza,Bozze,Rascunho
    Rascunhos,Concepten,Utkast,Kladde,Kladder,Luonnos,Luonnokset,Drög,Wersje robocze
    Szkice,Koncepty,Rozepsané,Piszkozatok,Piszkozat,Mesaje nefinalizate,Schițe,Ciorne,Osnutki
    Skice,Nacrti,Нацрти,Радне верзије,Черновик,Черновики,Чернетки,Чернови,Taslak,Taslaklar
    Πρόχειρα,Πρόχειρο,טיוטות,טיוטה,مسودات,المسودات,مسودة,پیش‌نویس‌ها,下書き,草稿,草稿箱,임시보관함
    임시 보관함,ร่างจดหมาย,จดหมายร่าง,Thư nháp,Draf,Esborranys,Zirriborroak,Juodraščiai,Melnraksti
    Mustandid,ड्राफ़्ट,ड्राफ्ट,Mga Draft,Rasimu"""
)
TRASH: Final = _names(
    """Trash,Bin,Papierkorb,Corbeille,Papelera,Cestino,Lixeira,Lixo,Reciclagem,Prullenbak
    Papperskorgen,Papirkurv,Papirkurven,Papperskorg,Roskakori,Ruslafata,Kosz,Koš,Kôš,Kuka,Lomtár
    Coș de gunoi,Coşul de gunoi,Smeće,Otpad,Отпад,Smeti,Смеће,Корзина,Кошик,Кошче,Çöp Kutusu,Çöp
    Κάδος απορριμμάτων,אשפה,سلة المهملات,المهملات,زباله‌دان,ゴミ箱
    已删除邮件,回收站,垃圾桶,휴지통,ถังขยะ
    Thùng rác,Sampah,Tong Sampah,Paperera,Zakarrontzia,Šiukšliadėžė,Šiukšlinė,Atkritne,Miskaste
    Prügikast,ट्रैश"""
)
SPAM: Final = _names(
    """Spam,Courrier indésirable,Correo no deseado,Posta indesiderata,Roskaposti,Skräppost
    Søppelpost,Uønsket e-post,Uønsket mail,Ruslpóstur,Rämpspost,Mēstules,Šlamštas,Nevyžádaná pošta
    Vsiljena pošta,Neželena pošta,Neželjena pošta,Непожељна пошта,Levélszemét,Спам,Нежелана пошта
    İstenmeyen,Gereksiz,Ανεπιθύμητα,Ανεπιθύμητη αλληλογραφία,ספאם,דואר זבל,الرسائل غير المرغوب فيها
    غير مرغوب فيها,رسائل غير مرغوب فيها,هرزنامه
    迷惑メール,垃圾邮件,垃圾郵件,스팸함,스팸,จดหมายขยะ,สแปม
    Thư rác,Correu brossa,Zabor-posta,स्पैम"""
)
STATES: Final = _names(
    """Inbox,Sent,Unread,Opened,Archived,Starred,Important,Chat,Chats,Muted,Snoozed,Scheduled
    Posteingang,Gesendet,Ungelesen,Geöffnet,Archiviert,Markiert,Wichtig,Boîte de réception
    Messages envoyés,Envoyés,Non lus,Ouvert,Ouverts,Archivés,Messages archivés,Suivis,Importants
    Recibidos,Enviados,No leídos,Abiertos,Archivados,Destacados,Importantes,Posta in arrivo,Inviati
    Inviata,Non letti,Da leggere,Aperti,Archiviati,Speciali,Importanti,Caixa de entrada
    Itens enviados,E-mails enviados,Não lidas,Não lidos,Arquivados,Arquivado,Com estrela
    Postvak IN,Inbox,Verzonden,Verzonden berichten,Ongelezen,Geopend,Gearchiveerd,Met ster
    Belangrijk,Inkorg,Skickat,Skickade,Olästa,Öppnat,Arkiverade,Stjärnmärkt,Viktigt,Innboks,Indbakke
    Sendt,Ulest,Ulæst,Saapuneet,Lähetetyt,Odebrane,Wysłane,Nieprzeczytane,Otwarte,Doručená pošta
    Odeslaná pošta,Odeslané,Nepřečtené,Входящие,Отправленные,Непрочитанные,Вхідні,Надіслані
    Gelen Kutusu,Gönderilmiş Postalar,Okunmamış
    受信トレイ,送信済み,送信済みメール,未読,収件匣,收件箱
    收件匣,已发邮件,寄件備份,未读,未讀,받은편지함,보낸편지함,읽지않음"""
)
"""The labels for the state of a mail rather than its subject. In languages that aren't listed,
they become tags."""

_CATEGORIES = re.compile(
    r"(?:category|kategorie|catégorie|categoría|categoria|categorie|категория) "
)


def labels_in(value: str) -> tuple[str, ...]:
    """The labels of a decoded field, once each, in order; one with a comma is in quotes."""
    labels = (quoted.replace('""', '"') or plain for quoted, plain in _ITEM.findall(value))
    kept = (label.strip()[:LONGEST_LABEL].rstrip() for label in labels)
    return tuple(dict.fromkeys(filter(None, kept)))


def is_draft(label: str) -> bool:
    return _compared(label) in DRAFTS


def unwanted(label: str) -> str | None:
    """ "Trash" or "Spam" for the label of discarded mail, in any language."""
    compared = _compared(label)
    return "Trash" if compared in TRASH else "Spam" if compared in SPAM else None


def is_state(label: str) -> bool:
    compared = _compared(label)
    return compared in STATES or bool(_CATEGORIES.match(compared))
