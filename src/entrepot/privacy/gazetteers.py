"""Frequent given names, surnames and pinyin syllables; facts as censuses publish them, kept short on purpose."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from entrepot.privacy.vocabulary import words_of

GIVEN: frozenset[str] = words_of(
    # English, as the United States census of 1990 and the social security lists rank them.
    "james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah charles"
    " karen christopher lisa daniel nancy matthew betty anthony sandra mark margaret donald ashley steven kimberly andrew emily paul donna"
    " joshua michelle kenneth carol kevin amanda brian melissa george deborah timothy stephanie ronald rebecca jason laura edward helen"
    " jeffrey sharon ryan cynthia jacob kathleen gary amy nicholas angela eric shirley jonathan anna stephen ruth larry brenda justin pamela"
    " scott nicole brandon katherine benjamin samantha samuel christine gregory catherine alexander virginia patrick debra frank rachel"
    " raymond janet jack emma dennis carolyn jerry maria tyler heather aaron diane jose julie henry joyce adam victoria douglas kelly nathan"
    " christina peter lauren zachary joan kyle evelyn noah olivia ethan judith jeremy megan walter cheryl christian andrea keith hannah roger"
    " jacqueline terry martha austin gloria sean teresa gerald ann carl sara harold madison dylan frances arthur kathryn lawrence janice"
    " jordan jean jesse abigail bryan alice billy julia bruce judy gabriel sophia joe grace logan denise alan amber juan doris albert marilyn"
    " willie danielle elijah beverly wayne isabella randy theresa vincent diana mason natalie roy brittany ralph charlotte bobby marie russell"
    " kayla bradley alexis philip lori eugene jane allen lucas howard fred ernest martin harry jimmy earl louis craig stanley leonard dale"
    " chad curtis norman marvin glenn travis jeff jeffery luis carlos phillip bob tom jim mike steve dave chris matt dan tony ken greg ben sam"
    " alex nick tim rick ron don ted ray lee ashlee crystal tiffany wendy tina dawn robin peggy rosa edna sheila ellen stacy connie april"
    " rhonda anita erin jill rita darlene leslie vanessa sylvia annie josephine lillian irene katie tracy holly monica valerie erica tanya"
    " allison kristen kristin brooke chelsea molly lucy ella chloe zoe lily mia ava harper liam oliver aiden jackson caleb owen connor luke"
    " isaac evan hunter cameron adrian ian cole max leo oscar simon neil graham nigel colin trevor fiona gillian nicola claire alison lucia"
    # German, French, Spanish, Italian, Portuguese, Dutch, Nordic, Polish.
    " hans klaus wolfgang juergen jürgen stefan monika ursula petra sabine claudia andreas thorsten torsten uwe bernd dieter heinz horst"
    " manfred gerhard helmut werner karl heike birgit anke katrin silke ute ingrid renate jan lukas felix jonas finn lena lea lara pierre"
    " michel jacques sophie françois francois nathalie isabelle philippe laurent christophe sylvie valérie camille léa chloé antoine juan"
    " ana carmen antonio manuel francisco isabel javier miguel rafael pedro jorge alejandro fernando pablo sergio diego ricardo eduardo raul"
    " roberto josé josefa dolores pilar lucía sofia valentina giuseppe marco paolo giulia francesca giovanni alessandro matteo lorenzo chiara"
    " luca joao joão pedro tiago mariana beatriz johannes pieter willem hendrik lars erik sven anders nils ingrid astrid kari piotr krzysztof"
    " andrzej tomasz agnieszka katarzyna małgorzata magdalena ewa jakub"
    # Arabic, Turkish, Russian, Indian, Japanese, Korean, Vietnamese, African.
    " mohammed muhammad mohamed ahmed ahmad ali fatima omar aisha hassan hussein ibrahim khalid mahmoud mustafa yusuf youssef abdullah layla"
    " mehmet ayşe ayse fatma emre elif ivan olga dmitri dmitry sergei sergey natalia natalya tatiana vladimir alexei aleksandr andrei mikhail"
    " elena irina svetlana ekaterina nikolai yuri boris raj rahul amit priya anil sunil sanjay vijay ravi suresh ramesh deepak ajay arun pooja"
    " neha anjali sunita anita lakshmi krishna arjun rohit kumar hiroshi takashi kenji yuki yuko keiko akira haruto sakura jung minho nguyen"
    " thi kwame chidi amara oluwaseun"
)
"""Given names in lower case; a column of persons has many of them, one of airports few."""

SURNAMES: frozenset[str] = words_of(
    "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore"
    " jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen"
    " hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards"
    " collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox"
    " ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross"
    " foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan"
    " patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar"
    " stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman webb"
    " tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer"
    " wagner black robertson boyd rose stone salazar fox warren mills meyer rice schmidt garza daniels ferguson nichols stephens soto weaver"
    " ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott cunningham duncan"
    " armstrong hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews pena richards contreras willis"
    " carpenter lawrence sandoval müller mueller schneider fischer weber becker schulz koch bauer richter klein wolf neumann schwarz"
    " zimmermann dubois durand leroy moreau lefebvre rossi russo ferrari esposito bianchi silva santos oliveira souza ivanov petrov smirnov"
    " kuznetsov kumar singh sharma gupta khan hussain yamamoto tanaka suzuki sato takahashi park choi"
)
"""Surnames in lower case, as the United States census of 2010 and others rank them."""

CHINESE_SURNAMES: frozenset[str] = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "施季康伍温齐樊葛牛乔温庞颜庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席"
)
"""First characters of Chinese names; the first hundred cover about 85 % of people."""

CHINESE_DOUBLE_SURNAMES: tuple[str, ...] = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯")
"""Surnames of two characters."""

PINYIN_SURNAMES: frozenset[str] = words_of(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang han feng deng cao peng zeng"
    " xiao tian dong yuan pan yu jiang cai du ye cheng su wei lv lyu ding ren shen yao lu cui zhong tan fan jin shi liao jia xia fu fang bai"
    " zou meng xiong qin qiu yin xue yan duan lei hou long tao he gu mao hao gong shao wan qian"
)
"""The commonest surnames in pinyin without tones."""


@cache
def given_names() -> frozenset[str]:
    """Ten thousand given names in lower case; among them rare ones that are words or places, so it takes a heading to use them."""
    return frozenset(line for line in _LIST.read_text("ascii").splitlines() if not line.startswith("#"))


_LIST = Path(__file__).with_name("given_names.txt")
