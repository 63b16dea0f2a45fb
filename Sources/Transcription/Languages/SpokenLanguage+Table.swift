extension SpokenLanguage {
    /// Each language as its code, its three-letter codes (ISO 639-2, terminological before bibliographic), and its name.
    ///
    /// Sources: the list in OpenAI's Whisper, with its order and names; then the rest of ISO 639-1. Javanese has the code
    /// that Whisper models know it by, `jw`, rather than today's `jv`.
    static let table = """
        en/eng=english, zh/zho/chi=chinese, de/deu/ger=german, es/spa=spanish, ru/rus=russian, ko/kor=korean
        fr/fra/fre=french, ja/jpn=japanese, pt/por=portuguese, tr/tur=turkish, pl/pol=polish, ca/cat=catalan
        nl/nld/dut=dutch, ar/ara=arabic, sv/swe=swedish, it/ita=italian, id/ind=indonesian, hi/hin=hindi
        fi/fin=finnish, vi/vie=vietnamese, he/heb=hebrew, uk/ukr=ukrainian, el/ell/gre=greek, ms/msa/may=malay
        cs/ces/cze=czech, ro/ron/rum=romanian, da/dan=danish, hu/hun=hungarian, ta/tam=tamil, no/nor=norwegian
        th/tha=thai, ur/urd=urdu, hr/hrv=croatian, bg/bul=bulgarian, lt/lit=lithuanian, la/lat=latin
        mi/mri/mao=maori, ml/mal=malayalam, cy/cym/wel=welsh, sk/slk/slo=slovak, te/tel=telugu, fa/fas/per=persian
        lv/lav=latvian, bn/ben=bengali, sr/srp=serbian, az/aze=azerbaijani, sl/slv=slovenian, kn/kan=kannada
        et/est=estonian, mk/mkd/mac=macedonian, br/bre=breton, eu/eus/baq=basque, is/isl/ice=icelandic
        hy/hye/arm=armenian, ne/nep=nepali, mn/mon=mongolian, bs/bos=bosnian, kk/kaz=kazakh, sq/sqi/alb=albanian
        sw/swa=swahili, gl/glg=galician, mr/mar=marathi, pa/pan=punjabi, si/sin=sinhala, km/khm=khmer, sn/sna=shona
        yo/yor=yoruba, so/som=somali, af/afr=afrikaans, oc/oci=occitan, ka/kat/geo=georgian, be/bel=belarusian
        tg/tgk=tajik, sd/snd=sindhi, gu/guj=gujarati, am/amh=amharic, yi/yid=yiddish, lo/lao=lao, uz/uzb=uzbek
        fo/fao=faroese, ht/hat=haitian creole, ps/pus=pashto, tk/tuk=turkmen, nn/nno=nynorsk, mt/mlt=maltese
        sa/san=sanskrit, lb/ltz=luxembourgish, my/mya/bur=myanmar, bo/bod/tib=tibetan, tl/tgl=tagalog
        mg/mlg=malagasy, as/asm=assamese, tt/tat=tatar, haw=hawaiian, ln/lin=lingala, ha/hau=hausa, ba/bak=bashkir
        jw/jav=javanese, su/sun=sundanese, yue=cantonese
        aa/aar=afar, ab/abk=abkhazian, ae/ave=avestan, ak/aka=akan, an/arg=aragonese, av/ava=avaric, ay/aym=aymara
        bh/bih=bihari, bi/bis=bislama, bm/bam=bambara, ce/che=chechen, ch/cha=chamorro, co/cos=corsican, cr/cre=cree
        cu/chu=church slavic, cv/chv=chuvash, dv/div=divehi, dz/dzo=dzongkha, ee/ewe=ewe, eo/epo=esperanto
        ff/ful=fulah, fj/fij=fijian, fy/fry=western frisian, ga/gle=irish, gd/gla=scottish gaelic, gn/grn=guarani
        gv/glv=manx, ho/hmo=hiri motu, hz/her=herero, ia/ina=interlingua, ie/ile=interlingue, ig/ibo=igbo
        ii/iii=sichuan yi, ik/ipk=inupiaq, io/ido=ido, iu/iku=inuktitut, kg/kon=kongo, ki/kik=kikuyu
        kj/kua=kuanyama, kl/kal=kalaallisut, kr/kau=kanuri, ks/kas=kashmiri, ku/kur=kurdish, kv/kom=komi
        kw/cor=cornish, ky/kir=kyrgyz, lg/lug=ganda, li/lim=limburgan, lu/lub=luba-katanga, mh/mah=marshallese
        na/nau=nauru, nd/nde=north ndebele, ng/ndo=ndonga, nr/nbl=south ndebele, nv/nav=navajo, ny/nya=chichewa
        oj/oji=ojibwa, om/orm=oromo, or/ori=oriya, os/oss=ossetian, pi/pli=pali, qu/que=quechua, rm/roh=romansh
        rn/run=rundi, rw/kin=kinyarwanda, sc/srd=sardinian, se/sme=northern sami, sg/sag=sango
        sh/hbs=serbo-croatian, sm/smo=samoan, ss/ssw=swati, st/sot=southern sotho, ti/tir=tigrinya, tn/tsn=tswana
        to/ton=tonga, ts/tso=tsonga, tw/twi=twi, ty/tah=tahitian, ug/uig=uyghur, ve/ven=venda, vo/vol=volapük
        wa/wln=walloon, wo/wol=wolof, xh/xho=xhosa, za/zha=zhuang, zu/zul=zulu
        """

    /// Other names and codes in use: withdrawn codes, parts of a macrolanguage, and ISO 639's second names.
    static let aliases = [
        "jv": "jw", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "mol": "ro", "nb": "no", "nob": "no",
        "scc": "sr", "scr": "hr", "cmn": "zh", "arb": "ar", "pes": "fa", "fil": "tl", "zsm": "ms", "swh": "sw",
        "lvs": "lv", "ekk": "et", "npi": "ne", "ory": "or", "azj": "az", "uzn": "uz", "khk": "mn", "als": "sq",
        "plt": "mg", "ydd": "yi", "kmr": "ku", "mandarin": "zh", "castilian": "es", "valencian": "ca",
        "flemish": "nl", "moldavian": "ro", "moldovan": "ro", "panjabi": "pa", "sinhalese": "si", "haitian": "ht",
        "pushto": "ps", "letzeburgesch": "lb", "burmese": "my", "farsi": "fa", "filipino": "tl", "bokmål": "no",
        "norwegian bokmål": "no", "norwegian nynorsk": "nn", "modern greek": "el", "central khmer": "km",
        "dhivehi": "dv", "maldivian": "dv", "gaelic": "gd", "greenlandic": "kl", "kirghiz": "ky",
        "limburgish": "li", "navaho": "nv", "nyanja": "ny", "odia": "or", "ossetic": "os", "uighur": "ug",
    ]
}
