"""Domains where anybody can have a mailbox: sharing one says nothing of sharing an employer."""

from __future__ import annotations

INTERNATIONAL = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com windowslive.com
    yahoo.com ymail.com rocketmail.com myyahoo.com aol.com aim.com icloud.com me.com mac.com
    proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.com tuta.io keemail.me
    zoho.com zohomail.com zohomail.eu mail.com email.com usa.com europe.com post.com consultant.com engineer.com
    gmx.com gmx.us gmx.net fastmail.com fastmail.fm hey.com hushmail.com inbox.com lycos.com excite.com
    mailfence.com runbox.com posteo.net disroot.org riseup.net startmail.com duck.com skiff.com
    mozmail.com privaterelay.appleid.com mail.ru yandex.com
"""
POLISH = """
    wp.pl o2.pl onet.pl onet.eu op.pl vp.pl poczta.onet.pl poczta.onet.eu autograf.pl buziaczek.pl amorki.pl
    spoko.pl opoczta.pl interia.pl interia.eu interia.com poczta.fm intmail.pl vip.interia.pl pisz.to pacz.to
    gazeta.pl tlen.pl go2.pl prokonto.pl 1gb.pl 2gb.pl int.pl poczta.pl mail.pl hot.pl
    neostrada.pl plusnet.pl orange.pl yahoo.pl hotmail.pl outlook.pl gmx.pl czateria.pl
"""
GERMAN = """
    gmx.de gmx.at gmx.ch web.de freenet.de t-online.de online.de arcor.de posteo.de mailbox.org email.de mail.de
    yahoo.de hotmail.de live.de outlook.de aol.de icloud.de kabelmail.de vodafonemail.de vodafone.de unitybox.de
    aon.at chello.at bluewin.ch hispeed.ch sunrise.ch
"""
FRENCH = """
    orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr numericable.fr bbox.fr aliceadsl.fr club-internet.fr
    yahoo.fr hotmail.fr live.fr outlook.fr gmx.fr aol.fr cegetel.net noos.fr voila.fr skynet.be telenet.be
    proximus.be scarlet.be voo.be hotmail.be live.be outlook.be yahoo.ca videotron.ca sympatico.ca
"""
SOUTHERN = """
    libero.it virgilio.it alice.it tin.it tim.it tiscali.it inwind.it iol.it email.it fastwebnet.it hotmail.it live.it
    yahoo.it outlook.it aruba.it telefonica.net terra.es hotmail.es yahoo.es outlook.es live.es ono.com orange.es
    movistar.es correo.com sapo.pt netcabo.pt mail.telepac.pt clix.pt hotmail.pt outlook.pt uol.com.br bol.com.br
    terra.com.br ig.com.br globo.com yahoo.com.br hotmail.com.br outlook.com.br yahoo.com.mx yahoo.com.ar
    prodigy.net.mx
"""
BENELUX_AND_NORTH = """
    ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl home.nl casema.nl upcmail.nl chello.nl hotmail.nl
    live.nl outlook.nl quicknet.nl tele2.nl solcon.nl zonnet.nl telia.com comhem.se telenor.se bredband.net
    hotmail.se live.se yahoo.se online.no hotmail.no live.no tdcadsl.dk mail.dk hotmail.dk live.dk yahoo.dk
    luukku.com suomi24.fi kolumbus.fi
"""
CENTRAL_AND_EAST = """
    seznam.cz email.cz post.cz centrum.cz atlas.cz volny.cz tiscali.cz quick.cz centrum.sk azet.sk zoznam.sk
    post.sk pobox.sk atlas.sk freemail.hu citromail.hu indamail.hu vipmail.hu ukr.net i.ua meta.ua bigmir.net
    email.ua online.ua yandex.ru yandex.ua ya.ru bk.ru inbox.ru list.ru rambler.ru abv.bg mail.bg inbox.lv
    inbox.lt inbox.ee mail.ee hot.ee one.lt yahoo.ro
"""
ENGLISH = """
    yahoo.co.uk hotmail.co.uk live.co.uk outlook.co.uk btinternet.com btopenworld.com virginmedia.com sky.com
    talktalk.net ntlworld.com blueyonder.co.uk tiscali.co.uk o2.co.uk plus.net yahoo.ie hotmail.ie eircom.net
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com
    optonline.net roadrunner.com rogers.com shaw.ca telus.net bigpond.com bigpond.net.au optusnet.com.au
    yahoo.com.au hotmail.com.au live.com.au outlook.com.au xtra.co.nz rediffmail.com yahoo.in yahoo.co.in
"""
ASIAN = """
    qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn
    naver.com hanmail.net daum.net kakao.com nate.com yahoo.co.jp docomo.ne.jp ezweb.ne.jp softbank.ne.jp
    yahoo.com.sg yahoo.com.hk yahoo.co.id yahoo.com.ph yahoo.com.vn walla.co.il mynet.com hotmail.com.tr
"""

DOMAINS = frozenset(
    " ".join(
        (
            INTERNATIONAL,
            POLISH,
            GERMAN,
            FRENCH,
            SOUTHERN,
            BENELUX_AND_NORTH,
            CENTRAL_AND_EAST,
            ENGLISH,
            ASIAN,
        )
    ).split()
)
