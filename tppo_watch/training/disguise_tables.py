"""What `disguise` draws on: words worth hiding, short forms, look-alike letters. Our own observation."""

from __future__ import annotations

import re
from string import ascii_letters

# What a recruiter has a reason to hide, as stems: affixes and clitics go along (`penggajian`, `paspornya`).
SALIENT = re.compile(
    "gaji|upah|bonus|komisi|bayar|biaya|gratis|modal|cair|dolar|juta|ringgit|utang|kasbon|pinjam|potong|jamin|denda"
    "|paspor|passport|visa|permit|ktp|ijazah|dokumen|akta|kerja|loker|lowong|tki|tkw|pmi|agen|sponsor|calo|rekrut"
    "|berangkat|terbang|tiket|jalur|kapal|abk|pelaut|kebun|sawit|pabrik|admin|operator|marketing|judi|slot|scam"
    "|kasino|kripto|umur|usia|wanita|cewe|gadis|perempuan|janda|perawan|remaja|bawah|lulus|karaoke|pemandu|pijat|spa"
    "|hotel|tamu|nikah|kawin|pengantin|ginjal|donor|majikan|rumah|pembantu|prt|negeri|resmi|ilegal|whatsapp|hubungi"
    "|kamboja|poipet|myanmar|laos|thailand|malaysia|singapur|saudi|dubai|batam|entikong|nunukan|taiwan|hongkong",
    re.IGNORECASE,
)

# Words that carry no subject: abbreviated at most, never dressed up.
FUNCTION_WORDS = (
    "yang dan dari untuk dengan atau pada ini itu saya kami kita anda kamu dia mereka akan juga tidak bukan "
    "sudah belum karena kalau jangan hanya dalam oleh agar jika saat lalu bisa ada the and for"
).split()


def _table(rows: str) -> dict[str, list[str]]:
    """Rows of ``word=form,form``; `_` stands for a space."""
    pairs = (row.replace("_", " ").split("=") for row in rows.split())
    return {word: forms.split(",") for word, forms in pairs}


# Everyday short forms, several where people differ.
SLANG = _table("""
    tidak=tdk,gak,ga yang=yg dengan=dgn,dg saya=sy untuk=utk dari=dr,dri sudah=sdh,udh belum=blm karena=krn
    kalau=klo,kl jangan=jgn dalam=dlm pada=pd juga=jg bisa=bs,bsa hanya=hny kamu=km berangkat=brgkt,brkt
    paspor=pspor,paspr kerja=krj bekerja=bkrj pekerja=pkrj pekerjaan=pkrjaan gaji=gj hubungi=hub,hbngi
    orang=org bulan=bln juta=jt ribu=rb rumah=rmh dapat=dpt tempat=tmpt makan=mkn langsung=lgsg,lsg
    tahun=thn,th wanita=wnt perempuan=prmpn pengalaman=pglmn nomor=nmr lowongan=lwgn,loker biaya=bya
    gratis=grtis tanpa=tnp minimal=min maksimal=max banyak=byk lebih=lbh semua=smua uang=duit
    perusahaan=prshn karyawan=kryw cepat=cpt kamboja=kmbj malaysia=mlysia,msia singapura=sgp
    indonesia=indo negeri=ngri keluarga=klrg surat=srt hutang=htg utang=utg potongan=ptgn kontrak=ktrk
    whatsapp=wa informasi=info barang=brg
""")
# ISO 3166 codes, for the flags.
COUNTRIES = _table("""
    kamboja=KH cambodia=KH myanmar=MM laos=LA thailand=TH malaysia=MY singapura=SG singapore=SG filipina=PH
    vietnam=VN taiwan=TW hong_kong=HK hongkong=HK korea=KR jepang=JP tiongkok=CN china=CN arab_saudi=SA
    saudi=SA dubai=AE abu_dhabi=AE kuwait=KW qatar=QA oman=OM bahrain=BH yordania=JO turki=TR suriah=SY
    irak=IQ libya=LY polandia=PL serbia=RS australia=AU brunei=BN india=IN mauritius=MU fiji=FJ indonesia=ID
""")

LEET = {"a": "4", "i": "1", "e": "3", "o": "0", "s": "5", "t": "7", "b": "8", "g": "9"}
SYMBOLS = {"a": "@", "i": "!", "s": "$", "e": "€", "t": "+", "l": "|"}
CYRILLIC = dict(zip("aeopcxyisjhdlABEHKMOPCTXYIJS", "аеорсхуіѕјһԁӏАВЕНКМОРСТХУІЈЅ", strict=True))
GREEK = dict(zip("aoikputvyABEHIKMNOPTXYZ", "αοικρυτνγΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))
SMALL_CAPITALS = str.maketrans(ascii_letters, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ" * 2)
# Code points of the first capital and first small letter. Some fold away under NFKC, some do not.
FONTS = {
    "math_bold": (0x1D400, 0x1D41A), "math_italic": (0x1D468, 0x1D482), "math_script": (0x1D4D0, 0x1D4EA),
    "math_fraktur": (0x1D56C, 0x1D586), "math_sans": (0x1D5D4, 0x1D5EE), "math_mono": (0x1D670, 0x1D68A),
    "full_width": (0xFF21, 0xFF41), "circled": (0x24B6, 0x24D0), "circled_filled": (0x1F150, 0x1F150),
    "squared": (0x1F130, 0x1F130), "squared_filled": (0x1F170, 0x1F170),
}  # fmt: skip
ZERO_WIDTH, BIDI, SOFT_HYPHEN = "\u200b\u200c\u200d\u2060\ufeff", "\u200f\u200e\u061c", "\u00ad"
ACCENTS = "\u0300\u0301\u0302\u0308"
MARKS = ACCENTS + "\u0303\u0307\u0323\u0331\u0336\u0332"
EMOJI = "🔥✨💰✅⭐💵🚀💯"
DIGIT_WORDS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
