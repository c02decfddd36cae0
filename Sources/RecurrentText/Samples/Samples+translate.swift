// Written by scripts/samples.py: a small data set for `recurrent train translate`. German sentences
// and, line by line, the English ones.

extension Samples {
  static let translateSource = #"""
    er sagt , dass ich die birne kaufe .
    oft findet der lehrer einen neuen brief .
    er liest den brief .
    sie arbeitet , weil das kleine kind lacht .
    sie glaubt , dass ich die katze finden will .
    ein mann schläft , weil eine frau lacht .
    ich weiß , dass die frau ein buch gelesen hat .
    dann essen wir die kleine birne .
    sie glaubt , dass der alte mann die birne kaufen muss .
    ich muss den neuen brief sehen .
    der mann hat gelacht .
    ein alter mann kann einen apfel essen .
    er schläft , weil ich einen hund hören will .
    eine alte frau singt , weil wir den brief lesen .
    jetzt hat der mann einen hund gefunden .
    sie hört den wagen .
    dann sieht ein alter lehrer einen hund .
    er liest den brief nicht .
    oft isst sie die birne .
    er kauft ein ei .
    eine frau arbeitet , weil er die katze gehört hat .
    oft kauft der mann das ei .
    er sagt , dass der alte mann den hund nicht sieht .
    das kind kann singen .
    ich weiß , dass eine frau die kleine blume findet .
    sie schläft nicht .
    ich lese eine zeitung .
    sie lacht , weil die frau die blume sieht .
    dann hat eine frau gelacht .
    sie glaubt , dass der neue lehrer lachen muss .
    ein mann lacht , weil ich eine alte katze sehe .
    er arbeitet .
    eine frau singt , weil wir ein buch lesen wollen .
    sie kauft einen apfel .
    dann hat der mann ein ei gefunden .
    eine frau hat den alten wagen gehört .
    heute singen wir .
    eine alte frau hat einen wagen gekauft .
    der mann arbeitet nicht .
    er kauft die birne .
    das kind schläft , weil sie lachen kann .
    die frau liest einen brief .
    sie hat eine blume gefunden .
    jetzt kauft ein mann die blume nicht .
    der mann findet den alten hund nicht .
    ich weiß , dass das kind die blume gekauft hat .
    das kind findet die katze .
    wir singen , weil ich ein buch sehe .
    wir arbeiten , weil ein mann geschlafen hat .
    er hat den brief gesehen .
    er findet die blume .
    ich habe ein kleines pferd gesehen .
    sie glaubt , dass ein kind die blume gefunden hat .
    jetzt sehe ich das buch .
    das kind lacht .
    ein kind lacht , weil die frau schlafen kann .
    der alte lehrer singt , weil ein kind den hund gefunden hat .
    ein lehrer liest eine zeitung .
    sie arbeitet , weil er ein ei gegessen hat .
    ein mann singt , weil ich das kleine ei nicht finde .
    heute hat sie die birne gegessen .
    oft findet ein lehrer den neuen brief .
    er sagt , dass der lehrer lacht .
    sie lacht , weil eine frau die birne gegessen hat .
    er singt , weil der mann das kleine ei nicht isst .
    sie lacht , weil ein alter mann eine birne gegessen hat .
    heute haben wir geschlafen .
    der lehrer lacht , weil ein mann die katze findet .
    sie glaubt , dass wir die blume sehen .
    ein kind singt , weil ich die katze gehört habe .
    er arbeitet , weil die frau einen hund findet .
    ich singe , weil der mann die birne isst .
    die frau singt , weil er die zeitung kauft .
    jetzt hat sie einen hund gesehen .
    sie schläft , weil der mann den brief liest .
    heute höre ich ein lied .
    oft isst eine frau das ei .
    jetzt haben wir eine birne gegessen .
    ein mann will einen brief sehen .
    ich sehe eine blume .
    ich habe das pferd gesehen .
    er sagt , dass die frau den apfel gegessen hat .
    heute liest ein lehrer das buch nicht .
    wir singen , weil er den brief liest .
    jetzt sehe ich einen wagen .
    ein mann arbeitet .
    heute findet eine frau den hund nicht .
    ich weiß , dass die frau das buch nicht liest .
    jetzt findet ein kleines kind die blume .
    wir singen , weil sie das lied hört .
    der mann will ein ei finden .
    dann liest sie die zeitung .
    ich kann den apfel essen .
    die frau singt , weil sie einen wagen hören muss .
    das kind lacht , weil eine frau lacht .
    der lehrer singt , weil ein kind den brief lesen will .
    er sagt , dass das kind das pferd hört .
    dann singt der mann .
    der mann arbeitet , weil ein kind einen hund hört .
    sie will eine zeitung lesen .
    jetzt isst die frau das ei nicht .
    der alte mann liest den brief .
    sie findet die katze .
    sie glaubt , dass die frau das buch gekauft hat .
    dann liest ein kind den neuen brief .
    die frau liest die zeitung .
    ein kind lacht , weil ich lachen muss .
    ich schlafe .
    ein mann lacht , weil eine frau arbeiten will .
    oft muss er die blume finden .
    die frau muss eine katze sehen .
    dann findet der mann die kleine katze .
    der lehrer singt , weil die frau schläft .
    oft isst er eine birne .
    er sagt , dass er den wagen hören muss .
    sie singt , weil der lehrer gelacht hat .
    dann isst eine alte frau die birne .
    ein lehrer lacht , weil das kind eine katze gehört hat .
    sie glaubt , dass der mann gesungen hat .
    er kauft das pferd nicht .
    jetzt findet die frau den brief .
    der mann arbeitet .
    jetzt hört er die katze .
    dann finden wir das ei nicht .
    ich weiß , dass das kind die blume kaufen will .
    sie glaubt , dass der mann das lied hört .
    sie glaubt , dass die frau das pferd sieht .
    der alte mann isst ein ei .
    wir lachen .
    ich weiß , dass ein mann die schöne blume findet .
    er arbeitet , weil er einen alten hund sieht .
    er sagt , dass das kind einen brief liest .
    ich habe den apfel gekauft .
    der alte lehrer arbeitet , weil sie geschlafen hat .
    ein mann arbeitet , weil wir die zeitung lesen .
    sie glaubt , dass sie das pferd gesehen hat .
    ein lehrer liest die neue zeitung nicht .
    ich weiß , dass wir ein kleines ei essen .
    wir finden eine katze .
    das kind schläft , weil ein lehrer einen brief liest .
    ein mann hat gearbeitet .
    ein mann kauft das ei nicht .
    ich weiß , dass er das buch gesehen hat .
    heute sehen wir das pferd .
    heute kauft er die zeitung .
    oft kann er das buch lesen .
    sie schläft , weil die alte frau einen kleinen hund sieht .
    das kind arbeitet , weil die frau die katze nicht findet .
    heute lese ich die zeitung .
    ich weiß , dass wir ein pferd sehen .
    sie schläft , weil das kind einen wagen kaufen kann .
    sie hat ein pferd gehört .
    eine frau hat das ei gegessen .
    jetzt kann eine alte frau die zeitung lesen .
    sie lacht .
    sie glaubt , dass die frau einen brief liest .
    das kind singt , weil der neue lehrer einen neuen brief lesen will .
    ich weiß , dass sie eine alte zeitung lesen will .
    ein mann singt , weil wir die zeitung nicht kaufen .
    ein mann lacht , weil ich das pferd kaufe .
    heute habe ich einen kleinen apfel gegessen .
    sie hört die katze .
    ich weiß , dass wir eine zeitung kaufen .
    ein kleines kind singt , weil ein alter lehrer den brief nicht findet .
    wir müssen ein pferd sehen .
    sie glaubt , dass wir das ei finden können .
    ein mann arbeitet , weil er das buch sieht .
    ich kann einen brief lesen .
    sie glaubt , dass ein kind eine kleine birne gegessen hat .
    er lacht , weil sie die kleine birne gegessen hat .
    heute isst ein alter mann eine birne .
    ein kind schläft , weil die alte frau das pferd sieht .
    jetzt will eine alte frau den hund hören .
    er arbeitet , weil der mann einen neuen brief liest .
    ein kind lacht , weil sie den alten wagen hört .
    heute findet er ein kleines ei .
    sie liest einen brief .
    eine frau lacht , weil das kind die zeitung nicht liest .
    er sagt , dass ein lehrer den hund nicht findet .
    jetzt hat das kind eine zeitung gelesen .
    der alte mann hat einen neuen brief gesehen .
    ich esse die birne .
    ein lehrer lacht , weil die frau die birne isst .
    sie glaubt , dass sie eine birne isst .
    wir müssen das buch kaufen .
    er sagt , dass ein mann lacht .
    oft liest das kind den brief .
    sie glaubt , dass sie eine katze hören muss .
    ein kind arbeitet , weil ein lehrer die birne kauft .
    der lehrer singt , weil der alte mann das buch sehen muss .
    das kleine kind lacht .
    ein mann arbeitet , weil sie die blume findet .
    ich lache , weil er schlafen kann .
    der mann arbeitet , weil das kind einen hund hören kann .
    die frau findet einen brief .
    er sagt , dass der alte lehrer die zeitung lesen kann .
    oft kann er die schöne blume kaufen .
    ein kind schläft , weil die alte frau singen will .
    ein kind singt , weil sie ein ei gegessen hat .
    er hat den brief gefunden .
    er singt , weil er gesungen hat .
    heute hat er gearbeitet .
    der alte lehrer arbeitet , weil ich geschlafen habe .
    heute hört sie ein schönes pferd .
    die frau muss ein ei essen .
    jetzt kann er eine blume finden .
    die frau arbeitet , weil der mann einen wagen sieht .
    ein mann arbeitet nicht .
    der lehrer singt , weil ein mann die birne nicht isst .
    der neue lehrer singt , weil ein kind singt .
    der neue lehrer will den brief lesen .
    der alte lehrer kann eine katze finden .
    jetzt schläft er nicht .
    ich weiß , dass der alte lehrer ein buch lesen muss .
    sie lacht , weil sie lacht .
    heute hat das kind das neue buch gelesen .
    ein lehrer hat den brief gelesen .
    ich esse das ei .
    er muss den apfel essen .
    ich weiß , dass er einen neuen brief sieht .
    sie glaubt , dass eine frau einen kleinen hund sieht .
    ich weiß , dass wir ein ei kaufen wollen .
    er sagt , dass wir ein ei gekauft haben .
    ein lehrer arbeitet , weil ein mann eine zeitung gekauft hat .
    er sagt , dass sie eine birne essen will .
    das kleine kind singt , weil wir das ei essen .
    die frau sieht den alten wagen .
    sie glaubt , dass eine frau das lied nicht hört .
    die alte frau singt , weil der alte lehrer ein buch liest .
    heute kann sie einen apfel kaufen .
    oft finden wir den brief .
    sie arbeitet , weil ein lehrer eine blume gefunden hat .
    wir können einen brief finden .
    der mann lacht , weil das kind einen wagen hört .
    dann isst der mann ein ei .
    ich schlafe , weil ein kleines kind die kleine birne gekauft hat .
    der lehrer isst das ei .
    eine frau hat das buch gelesen .
    sie kauft das ei .
    sie lacht , weil ein lehrer eine kleine birne kauft .
    ein mann hört ein pferd .
    ein mann arbeitet , weil wir die zeitung nicht lesen .
    jetzt habe ich einen hund gesehen .
    heute liest die frau eine zeitung .
    er sagt , dass der mann eine birne kauft .
    oft essen wir das ei .
    der lehrer lacht , weil eine frau einen apfel kauft .
    heute arbeiten wir .
    ich weiß , dass eine frau eine zeitung lesen will .
    ich weiß , dass wir einen apfel essen können .
    die frau schläft , weil der mann den wagen hört .
    wir finden den hund .
    eine alte frau lacht , weil das kind schläft .
    die frau singt , weil das kleine kind nicht schläft .
    jetzt schläft sie .
    das kind hat eine blume gesehen .
    jetzt hat sie gelacht .
    er sagt , dass ein lehrer lacht .
    die alte frau hat die alte zeitung gekauft .
    er hat eine zeitung gelesen .
    sie glaubt , dass er ein altes buch gekauft hat .
    oft sehen wir ein pferd .
    wir lachen , weil sie den hund sehen kann .
    ich weiß , dass sie die alte zeitung nicht liest .
    er sagt , dass wir eine zeitung lesen können .
    sie glaubt , dass der mann lachen will .
    sie glaubt , dass der alte lehrer die zeitung nicht liest .
    der lehrer singt , weil die frau die neue zeitung liest .
    der neue lehrer will eine birne essen .
    ich weiß , dass sie den kleinen hund nicht findet .
    wir singen , weil ich schlafen kann .
    ein kind schläft , weil wir gesungen haben .
    wir arbeiten , weil die frau das kleine ei finden kann .
    oft isst er die kleine birne .
    die frau findet eine katze .
    wir schlafen .
    ich arbeite , weil sie arbeitet .
    ich weiß , dass sie schläft .
    ein lehrer hört die katze nicht .
    die alte frau lacht .
    ich weiß , dass wir eine alte zeitung lesen .
    eine alte frau schläft , weil der mann arbeitet .
    die frau schläft , weil er eine katze hört .
    das kind singt , weil der lehrer singt .
    das kind hat gelacht .
    ich weiß , dass der mann nicht schläft .
    das kind schläft , weil die frau den brief finden will .
    dann findet ein lehrer den brief nicht .
    das kleine kind schläft , weil wir nicht lachen .
    sie glaubt , dass ich einen kleinen apfel gegessen habe .
    wir lachen , weil das kind einen brief gelesen hat .
    die frau schläft , weil ich arbeiten muss .
    er sagt , dass eine frau das pferd gesehen hat .
    der mann lacht , weil der neue lehrer den apfel essen kann .
    er sagt , dass sie die blume gekauft hat .
    er singt , weil das kind einen brief lesen muss .
    dann kaufen wir die birne .
    der lehrer singt , weil ich nicht arbeite .
    er sagt , dass die frau das kleine pferd hört .
    ich lache , weil er einen brief findet .
    die alte frau isst das ei .
    das kind lacht , weil wir das lied hören .
    sie findet das ei .
    ich habe die blume gefunden .
    ein kind hört das pferd .
    ich lache , weil das kind einen hund sieht .
    jetzt hört eine alte frau einen wagen .
    ein lehrer singt , weil der mann die katze hört .
    ich lache .
    der lehrer schläft nicht .
    sie arbeitet , weil er eine zeitung kauft .
    ein lehrer arbeitet nicht .
    sie singt , weil die frau nicht lacht .
    ein kleines kind findet eine blume .
    er hat eine zeitung gekauft .
    jetzt arbeitet die frau .
    die frau hört einen wagen .
    ich finde ein kleines ei .
    das kleine kind muss einen brief finden .
    die frau lacht , weil er die zeitung lesen muss .
    eine alte frau lacht , weil der mann die birne isst .
    sie glaubt , dass sie einen hund gehört hat .
    ich weiß , dass ich den hund finde .
    heute isst der neue lehrer den apfel .
    der mann hat gearbeitet .
    dann kauft sie ein pferd .
    er sieht einen hund .
    ein lehrer hat das neue buch gekauft .
    wir müssen einen hund finden .
    sie hat geschlafen .
    der mann kauft die alte zeitung .
    er sagt , dass das kind eine katze findet .
    der mann schläft , weil ich einen brief lese .
    er sagt , dass ein mann eine birne kauft .
    sie glaubt , dass ich einen alten hund sehe .
    er sagt , dass wir den apfel essen .
    ich weiß , dass der alte lehrer die katze findet .
    der lehrer singt , weil sie einen hund hört .
    er sagt , dass ich den wagen sehe .
    der lehrer arbeitet , weil ein mann das buch kaufen muss .
    der lehrer singt , weil wir die katze hören .
    ein mann kauft den wagen nicht .
    jetzt schläft das kleine kind .
    ich schlafe , weil er die birne kauft .
    ein lehrer lacht , weil wir ein ei kaufen müssen .
    oft will die frau einen apfel essen .
    er lacht , weil sie ein buch liest .
    dann isst die frau den apfel nicht .
    er sagt , dass das kind nicht schläft .
    er sagt , dass ein mann den wagen hört .
    eine frau lacht , weil ich das buch lese .
    sie glaubt , dass er die katze nicht hört .
    der lehrer hat den apfel gegessen .
    ein kind arbeitet , weil sie gelacht hat .
    ich weiß , dass sie die blume findet .
    sie arbeitet , weil ich einen apfel esse .
    er lacht , weil sie den neuen brief sehen muss .
    heute findet der mann einen hund .
    heute kann er das ei kaufen .
    jetzt findet sie das ei .
    das kind arbeitet , weil der mann schlafen will .
    ich weiß , dass ein kind den wagen kauft .
    ein kind singt .
    der mann findet eine katze .
    der lehrer hört das lied nicht .
    ich weiß , dass wir das neue buch lesen .
    eine frau singt , weil sie die alte katze sieht .
    ich kaufe den apfel .
    wir kaufen die birne nicht .
    er sagt , dass eine frau einen brief gelesen hat .
    ein alter mann kann ein ei essen .
    ich weiß , dass die frau arbeiten muss .
    der lehrer lacht , weil die frau den apfel essen will .
    ich weiß , dass das kind den brief findet .
    ein neuer lehrer arbeitet nicht .
    sie singt , weil der mann ein ei gefunden hat .
    ich arbeite , weil der lehrer den brief lesen kann .
    er sagt , dass er ein buch lesen muss .
    ich höre ein lied .
    jetzt kann ein lehrer eine katze hören .
    heute isst ein alter mann ein ei .
    er schläft , weil er arbeitet .
    er sagt , dass er den wagen hört .
    sie arbeitet , weil wir die blume finden wollen .
    ein kleines kind lacht , weil wir das ei gefunden haben .
    oft lacht ein kind nicht .
    ein kind liest das alte buch .
    ich sehe den wagen nicht .
    er lacht .
    der lehrer schläft , weil sie den apfel isst .
    er muss einen apfel kaufen .
    der mann arbeitet , weil das kind die blume findet .
    der neue lehrer muss ein buch lesen .
    er sagt , dass ein mann die zeitung liest .
    er sagt , dass er das buch kauft .
    die frau schläft , weil der alte mann eine katze sieht .
    er lacht , weil der lehrer den hund nicht hört .
    heute isst die alte frau den kleinen apfel .
    er sagt , dass wir arbeiten .
    er sagt , dass ein kleines kind eine birne gekauft hat .
    heute muss ich den brief sehen .
    der mann schläft , weil der lehrer nicht arbeitet .
    sie glaubt , dass der lehrer den brief sieht .
    ich habe gelacht .
    der neue lehrer lacht , weil ich geschlafen habe .
    ich weiß , dass ich die katze gesehen habe .
    wir lesen ein buch .
    jetzt schläft der mann nicht .
    das kleine kind arbeitet , weil wir den wagen kaufen wollen .
    er singt , weil wir das schöne pferd hören .
    der alte lehrer lacht , weil ich die birne esse .
    er sagt , dass der lehrer ein neues buch liest .
    heute hat die frau gelacht .
    die frau arbeitet , weil wir die birne essen .
    der lehrer singt , weil ein mann das buch liest .
    ich weiß , dass eine frau den neuen brief gefunden hat .
    ich esse das ei nicht .
    dann wollen wir eine zeitung lesen .
    er sagt , dass er ein buch liest .
    sie glaubt , dass das kind eine blume findet .
    ich weiß , dass wir ein buch kaufen .
    ein mann arbeitet , weil die alte frau schläft .
    ich kaufe einen wagen .
    das kind schläft , weil er das lied gehört hat .
    sie singt , weil der mann nicht arbeitet .
    ein mann isst eine kleine birne .
    ein lehrer liest die zeitung nicht .
    ein kleines kind schläft , weil ich ein buch lesen will .
    er lacht nicht .
    ich weiß , dass der lehrer lacht .
    eine frau hat geschlafen .
    er singt , weil eine frau das lied hören muss .
    sie hört das pferd .
    sie hört ein lied .
    sie glaubt , dass wir nicht singen .
    ich weiß , dass wir schlafen .
    dann singt er nicht .
    das kind lacht , weil er die blume nicht sieht .
    heute liest sie ein buch .
    sie singt , weil ein alter mann eine zeitung liest .
    sie hat gelacht .
    sie lacht nicht .
    ein kind singt , weil der lehrer den brief findet .
    wir wollen das alte buch lesen .
    wir finden den kleinen hund .
    er singt , weil sie den hund sieht .
    er schläft , weil ein kind den brief liest .
    er sagt , dass er das lied hören will .
    er arbeitet , weil sie lacht .
    er arbeitet , weil er die katze gefunden hat .
    ich lese eine neue zeitung .
    ich lache , weil wir das ei kaufen .
    jetzt will der alte lehrer die birne kaufen .
    die frau kann den hund finden .
    dann will der alte lehrer den hund hören .
    dann liest die frau die zeitung .
    der neue lehrer will die zeitung lesen .
    dann arbeitet der alte lehrer nicht .
    ein lehrer singt , weil ein alter mann einen apfel isst .
    ein kind arbeitet , weil der lehrer nicht lacht .
    ich singe , weil er einen brief liest .
    der mann hört einen hund .
    jetzt singt der alte mann .
    wir schlafen , weil ich ein ei gegessen habe .
    ich weiß , dass ich nicht singe .
    ein lehrer singt , weil ein alter mann nicht schläft .
    dann lacht die frau .
    ich lache , weil ein alter mann den wagen hört .
    jetzt lacht sie nicht .
    ich weiß , dass ein kind arbeitet .
    ich weiß , dass sie die birne nicht isst .
    ich arbeite , weil die frau den brief findet .
    ein kind singt , weil der mann einen apfel isst .
    sie glaubt , dass sie ein buch gekauft hat .
    der alte lehrer kauft die birne .
    er sagt , dass sie die blume finden kann .
    die frau schläft , weil der mann den brief liest .
    er lacht , weil ein alter mann die kleine birne isst .
    er arbeitet , weil ein mann den brief finden kann .
    er arbeitet , weil der neue lehrer den brief gelesen hat .
    dann muss die frau den wagen hören .
    ein alter mann lacht , weil der neue lehrer das lied gehört hat .
    jetzt habe ich eine zeitung gekauft .
    dann singen wir nicht .
    dann höre ich ein schönes lied .
    ein mann arbeitet , weil wir das pferd sehen .
    ein mann will einen brief finden .
    heute liest er den neuen brief nicht .
    wir schlafen , weil sie das buch gesehen hat .
    ich weiß , dass ein lehrer das buch sehen kann .
    der lehrer kann die katze finden .
    ein mann singt , weil ein alter lehrer ein ei isst .
    der alte lehrer lacht , weil er die zeitung kauft .
    der lehrer findet die kleine blume .
    der mann singt , weil er das lied hören muss .
    ich weiß , dass der alte mann einen neuen brief sehen muss .
    ein kind arbeitet , weil ein lehrer nicht arbeitet .
    ich weiß , dass wir das buch sehen .
    der mann lacht , weil er das buch liest .
    er lacht , weil sie schläft .

    """#

  static let translateTarget = #"""
    he says that i buy the pear .
    often the teacher finds a new letter .
    he reads the letter .
    she works because the small child laughs .
    she believes that i want to find the cat .
    a man sleeps because a woman laughs .
    i know that the woman read a book .
    then we eat the small pear .
    she believes that the old man must buy the pear .
    i must see the new letter .
    the man laughed .
    an old man can eat an apple .
    he sleeps because i want to hear a dog .
    an old woman sings because we read the letter .
    now the man found a dog .
    she hears the car .
    then an old teacher sees a dog .
    he does not read the letter .
    often she eats the pear .
    he buys an egg .
    a woman works because he heard the cat .
    often the man buys the egg .
    he says that the old man does not see the dog .
    the child can sing .
    i know that a woman finds the small flower .
    she does not sleep .
    i read a newspaper .
    she laughs because the woman sees the flower .
    then a woman laughed .
    she believes that the new teacher must laugh .
    a man laughs because i see an old cat .
    he works .
    a woman sings because we want to read a book .
    she buys an apple .
    then the man found an egg .
    a woman heard the old car .
    today we sing .
    an old woman bought a car .
    the man does not work .
    he buys the pear .
    the child sleeps because she can laugh .
    the woman reads a letter .
    she found a flower .
    now a man does not buy the flower .
    the man does not find the old dog .
    i know that the child bought the flower .
    the child finds the cat .
    we sing because i see a book .
    we work because a man slept .
    he saw the letter .
    he finds the flower .
    i saw a small horse .
    she believes that a child found the flower .
    now i see the book .
    the child laughs .
    a child laughs because the woman can sleep .
    the old teacher sings because a child found the dog .
    a teacher reads a newspaper .
    she works because he ate an egg .
    a man sings because i do not find the small egg .
    today she ate the pear .
    often a teacher finds the new letter .
    he says that the teacher laughs .
    she laughs because a woman ate the pear .
    he sings because the man does not eat the small egg .
    she laughs because an old man ate a pear .
    today we slept .
    the teacher laughs because a man finds the cat .
    she believes that we see the flower .
    a child sings because i heard the cat .
    he works because the woman finds a dog .
    i sing because the man eats the pear .
    the woman sings because he buys the newspaper .
    now she saw a dog .
    she sleeps because the man reads the letter .
    today i hear a song .
    often a woman eats the egg .
    now we ate a pear .
    a man wants to see a letter .
    i see a flower .
    i saw the horse .
    he says that the woman ate the apple .
    today a teacher does not read the book .
    we sing because he reads the letter .
    now i see a car .
    a man works .
    today a woman does not find the dog .
    i know that the woman does not read the book .
    now a small child finds the flower .
    we sing because she hears the song .
    the man wants to find an egg .
    then she reads the newspaper .
    i can eat the apple .
    the woman sings because she must hear a car .
    the child laughs because a woman laughs .
    the teacher sings because a child wants to read the letter .
    he says that the child hears the horse .
    then the man sings .
    the man works because a child hears a dog .
    she wants to read a newspaper .
    now the woman does not eat the egg .
    the old man reads the letter .
    she finds the cat .
    she believes that the woman bought the book .
    then a child reads the new letter .
    the woman reads the newspaper .
    a child laughs because i must laugh .
    i sleep .
    a man laughs because a woman wants to work .
    often he must find the flower .
    the woman must see a cat .
    then the man finds the small cat .
    the teacher sings because the woman sleeps .
    often he eats a pear .
    he says that he must hear the car .
    she sings because the teacher laughed .
    then an old woman eats the pear .
    a teacher laughs because the child heard a cat .
    she believes that the man sang .
    he does not buy the horse .
    now the woman finds the letter .
    the man works .
    now he hears the cat .
    then we do not find the egg .
    i know that the child wants to buy the flower .
    she believes that the man hears the song .
    she believes that the woman sees the horse .
    the old man eats an egg .
    we laugh .
    i know that a man finds the beautiful flower .
    he works because he sees an old dog .
    he says that the child reads a letter .
    i bought the apple .
    the old teacher works because she slept .
    a man works because we read the newspaper .
    she believes that she saw the horse .
    a teacher does not read the new newspaper .
    i know that we eat a small egg .
    we find a cat .
    the child sleeps because a teacher reads a letter .
    a man worked .
    a man does not buy the egg .
    i know that he saw the book .
    today we see the horse .
    today he buys the newspaper .
    often he can read the book .
    she sleeps because the old woman sees a small dog .
    the child works because the woman does not find the cat .
    today i read the newspaper .
    i know that we see a horse .
    she sleeps because the child can buy a car .
    she heard a horse .
    a woman ate the egg .
    now an old woman can read the newspaper .
    she laughs .
    she believes that the woman reads a letter .
    the child sings because the new teacher wants to read a new letter .
    i know that she wants to read an old newspaper .
    a man sings because we do not buy the newspaper .
    a man laughs because i buy the horse .
    today i ate a small apple .
    she hears the cat .
    i know that we buy a newspaper .
    a small child sings because an old teacher does not find the letter .
    we must see a horse .
    she believes that we can find the egg .
    a man works because he sees the book .
    i can read a letter .
    she believes that a child ate a small pear .
    he laughs because she ate the small pear .
    today an old man eats a pear .
    a child sleeps because the old woman sees the horse .
    now an old woman wants to hear the dog .
    he works because the man reads a new letter .
    a child laughs because she hears the old car .
    today he finds a small egg .
    she reads a letter .
    a woman laughs because the child does not read the newspaper .
    he says that a teacher does not find the dog .
    now the child read a newspaper .
    the old man saw a new letter .
    i eat the pear .
    a teacher laughs because the woman eats the pear .
    she believes that she eats a pear .
    we must buy the book .
    he says that a man laughs .
    often the child reads the letter .
    she believes that she must hear a cat .
    a child works because a teacher buys the pear .
    the teacher sings because the old man must see the book .
    the small child laughs .
    a man works because she finds the flower .
    i laugh because he can sleep .
    the man works because the child can hear a dog .
    the woman finds a letter .
    he says that the old teacher can read the newspaper .
    often he can buy the beautiful flower .
    a child sleeps because the old woman wants to sing .
    a child sings because she ate an egg .
    he found the letter .
    he sings because he sang .
    today he worked .
    the old teacher works because i slept .
    today she hears a beautiful horse .
    the woman must eat an egg .
    now he can find a flower .
    the woman works because the man sees a car .
    a man does not work .
    the teacher sings because a man does not eat the pear .
    the new teacher sings because a child sings .
    the new teacher wants to read the letter .
    the old teacher can find a cat .
    now he does not sleep .
    i know that the old teacher must read a book .
    she laughs because she laughs .
    today the child read the new book .
    a teacher read the letter .
    i eat the egg .
    he must eat the apple .
    i know that he sees a new letter .
    she believes that a woman sees a small dog .
    i know that we want to buy an egg .
    he says that we bought an egg .
    a teacher works because a man bought a newspaper .
    he says that she wants to eat a pear .
    the small child sings because we eat the egg .
    the woman sees the old car .
    she believes that a woman does not hear the song .
    the old woman sings because the old teacher reads a book .
    today she can buy an apple .
    often we find the letter .
    she works because a teacher found a flower .
    we can find a letter .
    the man laughs because the child hears a car .
    then the man eats an egg .
    i sleep because a small child bought the small pear .
    the teacher eats the egg .
    a woman read the book .
    she buys the egg .
    she laughs because a teacher buys a small pear .
    a man hears a horse .
    a man works because we do not read the newspaper .
    now i saw a dog .
    today the woman reads a newspaper .
    he says that the man buys a pear .
    often we eat the egg .
    the teacher laughs because a woman buys an apple .
    today we work .
    i know that a woman wants to read a newspaper .
    i know that we can eat an apple .
    the woman sleeps because the man hears the car .
    we find the dog .
    an old woman laughs because the child sleeps .
    the woman sings because the small child does not sleep .
    now she sleeps .
    the child saw a flower .
    now she laughed .
    he says that a teacher laughs .
    the old woman bought the old newspaper .
    he read a newspaper .
    she believes that he bought an old book .
    often we see a horse .
    we laugh because she can see the dog .
    i know that she does not read the old newspaper .
    he says that we can read a newspaper .
    she believes that the man wants to laugh .
    she believes that the old teacher does not read the newspaper .
    the teacher sings because the woman reads the new newspaper .
    the new teacher wants to eat a pear .
    i know that she does not find the small dog .
    we sing because i can sleep .
    a child sleeps because we sang .
    we work because the woman can find the small egg .
    often he eats the small pear .
    the woman finds a cat .
    we sleep .
    i work because she works .
    i know that she sleeps .
    a teacher does not hear the cat .
    the old woman laughs .
    i know that we read an old newspaper .
    an old woman sleeps because the man works .
    the woman sleeps because he hears a cat .
    the child sings because the teacher sings .
    the child laughed .
    i know that the man does not sleep .
    the child sleeps because the woman wants to find the letter .
    then a teacher does not find the letter .
    the small child sleeps because we do not laugh .
    she believes that i ate a small apple .
    we laugh because the child read a letter .
    the woman sleeps because i must work .
    he says that a woman saw the horse .
    the man laughs because the new teacher can eat the apple .
    he says that she bought the flower .
    he sings because the child must read a letter .
    then we buy the pear .
    the teacher sings because i do not work .
    he says that the woman hears the small horse .
    i laugh because he finds a letter .
    the old woman eats the egg .
    the child laughs because we hear the song .
    she finds the egg .
    i found the flower .
    a child hears the horse .
    i laugh because the child sees a dog .
    now an old woman hears a car .
    a teacher sings because the man hears the cat .
    i laugh .
    the teacher does not sleep .
    she works because he buys a newspaper .
    a teacher does not work .
    she sings because the woman does not laugh .
    a small child finds a flower .
    he bought a newspaper .
    now the woman works .
    the woman hears a car .
    i find a small egg .
    the small child must find a letter .
    the woman laughs because he must read the newspaper .
    an old woman laughs because the man eats the pear .
    she believes that she heard a dog .
    i know that i find the dog .
    today the new teacher eats the apple .
    the man worked .
    then she buys a horse .
    he sees a dog .
    a teacher bought the new book .
    we must find a dog .
    she slept .
    the man buys the old newspaper .
    he says that the child finds a cat .
    the man sleeps because i read a letter .
    he says that a man buys a pear .
    she believes that i see an old dog .
    he says that we eat the apple .
    i know that the old teacher finds the cat .
    the teacher sings because she hears a dog .
    he says that i see the car .
    the teacher works because a man must buy the book .
    the teacher sings because we hear the cat .
    a man does not buy the car .
    now the small child sleeps .
    i sleep because he buys the pear .
    a teacher laughs because we must buy an egg .
    often the woman wants to eat an apple .
    he laughs because she reads a book .
    then the woman does not eat the apple .
    he says that the child does not sleep .
    he says that a man hears the car .
    a woman laughs because i read the book .
    she believes that he does not hear the cat .
    the teacher ate the apple .
    a child works because she laughed .
    i know that she finds the flower .
    she works because i eat an apple .
    he laughs because she must see the new letter .
    today the man finds a dog .
    today he can buy the egg .
    now she finds the egg .
    the child works because the man wants to sleep .
    i know that a child buys the car .
    a child sings .
    the man finds a cat .
    the teacher does not hear the song .
    i know that we read the new book .
    a woman sings because she sees the old cat .
    i buy the apple .
    we do not buy the pear .
    he says that a woman read a letter .
    an old man can eat an egg .
    i know that the woman must work .
    the teacher laughs because the woman wants to eat the apple .
    i know that the child finds the letter .
    a new teacher does not work .
    she sings because the man found an egg .
    i work because the teacher can read the letter .
    he says that he must read a book .
    i hear a song .
    now a teacher can hear a cat .
    today an old man eats an egg .
    he sleeps because he works .
    he says that he hears the car .
    she works because we want to find the flower .
    a small child laughs because we found the egg .
    often a child does not laugh .
    a child reads the old book .
    i do not see the car .
    he laughs .
    the teacher sleeps because she eats the apple .
    he must buy an apple .
    the man works because the child finds the flower .
    the new teacher must read a book .
    he says that a man reads the newspaper .
    he says that he buys the book .
    the woman sleeps because the old man sees a cat .
    he laughs because the teacher does not hear the dog .
    today the old woman eats the small apple .
    he says that we work .
    he says that a small child bought a pear .
    today i must see the letter .
    the man sleeps because the teacher does not work .
    she believes that the teacher sees the letter .
    i laughed .
    the new teacher laughs because i slept .
    i know that i saw the cat .
    we read a book .
    now the man does not sleep .
    the small child works because we want to buy the car .
    he sings because we hear the beautiful horse .
    the old teacher laughs because i eat the pear .
    he says that the teacher reads a new book .
    today the woman laughed .
    the woman works because we eat the pear .
    the teacher sings because a man reads the book .
    i know that a woman found the new letter .
    i do not eat the egg .
    then we want to read a newspaper .
    he says that he reads a book .
    she believes that the child finds a flower .
    i know that we buy a book .
    a man works because the old woman sleeps .
    i buy a car .
    the child sleeps because he heard the song .
    she sings because the man does not work .
    a man eats a small pear .
    a teacher does not read the newspaper .
    a small child sleeps because i want to read a book .
    he does not laugh .
    i know that the teacher laughs .
    a woman slept .
    he sings because a woman must hear the song .
    she hears the horse .
    she hears a song .
    she believes that we do not sing .
    i know that we sleep .
    then he does not sing .
    the child laughs because he does not see the flower .
    today she reads a book .
    she sings because an old man reads a newspaper .
    she laughed .
    she does not laugh .
    a child sings because the teacher finds the letter .
    we want to read the old book .
    we find the small dog .
    he sings because she sees the dog .
    he sleeps because a child reads the letter .
    he says that he wants to hear the song .
    he works because she laughs .
    he works because he found the cat .
    i read a new newspaper .
    i laugh because we buy the egg .
    now the old teacher wants to buy the pear .
    the woman can find the dog .
    then the old teacher wants to hear the dog .
    then the woman reads the newspaper .
    the new teacher wants to read the newspaper .
    then the old teacher does not work .
    a teacher sings because an old man eats an apple .
    a child works because the teacher does not laugh .
    i sing because he reads a letter .
    the man hears a dog .
    now the old man sings .
    we sleep because i ate an egg .
    i know that i do not sing .
    a teacher sings because an old man does not sleep .
    then the woman laughs .
    i laugh because an old man hears the car .
    now she does not laugh .
    i know that a child works .
    i know that she does not eat the pear .
    i work because the woman finds the letter .
    a child sings because the man eats an apple .
    she believes that she bought a book .
    the old teacher buys the pear .
    he says that she can find the flower .
    the woman sleeps because the man reads the letter .
    he laughs because an old man eats the small pear .
    he works because a man can find the letter .
    he works because the new teacher read the letter .
    then the woman must hear the car .
    an old man laughs because the new teacher heard the song .
    now i bought a newspaper .
    then we do not sing .
    then i hear a beautiful song .
    a man works because we see the horse .
    a man wants to find a letter .
    today he does not read the new letter .
    we sleep because she saw the book .
    i know that a teacher can see the book .
    the teacher can find the cat .
    a man sings because an old teacher eats an egg .
    the old teacher laughs because he buys the newspaper .
    the teacher finds the small flower .
    the man sings because he must hear the song .
    i know that the old man must see a new letter .
    a child works because a teacher does not work .
    i know that we see the book .
    the man laughs because he reads the book .
    he laughs because she sleeps .

    """#

  static let translateTestSource = #"""
    er kauft eine zeitung .
    sie glaubt , dass der mann den apfel kauft .
    der lehrer muss den hund finden .
    ich höre einen wagen .
    jetzt sehe ich die katze nicht .
    ich weiß , dass ein kind den apfel isst .
    er sagt , dass ein kind gelacht hat .
    dann isst er die kleine birne .
    er hat den hund gehört .
    ein lehrer schläft , weil er nicht lacht .
    der alte mann schläft , weil der lehrer einen hund hört .
    sie glaubt , dass ich das pferd kaufen kann .
    das kind schläft , weil sie einen neuen wagen sieht .
    ein kind hat den hund gehört .
    er sieht die kleine blume .
    heute finde ich die katze .
    ich habe den apfel gegessen .
    ich weiß , dass die alte frau die kleine katze nicht findet .
    oft arbeite ich .
    sie singt , weil das kind einen brief sieht .
    oft sieht sie das schöne pferd .
    wir singen .
    jetzt schläft das kind .
    wir singen , weil das kind einen apfel isst .
    oft findet er das ei .
    er sagt , dass der lehrer eine katze gesehen hat .
    wir singen , weil der lehrer singt .
    heute schläft sie .
    ich weiß , dass ein alter mann lacht .
    ein neuer lehrer liest das buch .
    heute will er die zeitung kaufen .
    wir schlafen , weil wir nicht lachen .
    dann kann ich ein ei essen .
    sie glaubt , dass der neue lehrer den wagen kaufen will .
    das kind hat gesungen .
    die frau liest das buch nicht .
    er sagt , dass die frau nicht schläft .
    er arbeitet , weil ich nicht singe .
    der lehrer singt , weil ein mann die katze hört .
    ich weiß , dass sie die alte zeitung liest .
    ich lache , weil ich ein kleines ei esse .
    ein alter mann lacht , weil der lehrer einen hund findet .
    eine frau sieht ein buch .
    heute isst ein alter mann das ei .
    dann habe ich einen brief gesehen .
    er sagt , dass sie eine katze hört .
    wir singen , weil sie einen neuen brief findet .
    ein alter lehrer hört das pferd nicht .
    oft isst er den kleinen apfel .
    wir haben gelacht .
    der lehrer arbeitet , weil eine frau einen apfel gegessen hat .
    oft haben wir gearbeitet .
    ich kann das buch sehen .
    der alte mann hat gearbeitet .
    sie kauft das pferd .
    er will den neuen brief lesen .
    wir arbeiten , weil ich das buch sehen kann .
    er sagt , dass ein kind arbeitet .
    er sagt , dass wir den hund finden können .
    oft kauft sie das pferd .

    """#

  static let translateTestTarget = #"""
    he buys a newspaper .
    she believes that the man buys the apple .
    the teacher must find the dog .
    i hear a car .
    now i do not see the cat .
    i know that a child eats the apple .
    he says that a child laughed .
    then he eats the small pear .
    he heard the dog .
    a teacher sleeps because he does not laugh .
    the old man sleeps because the teacher hears a dog .
    she believes that i can buy the horse .
    the child sleeps because she sees a new car .
    a child heard the dog .
    he sees the small flower .
    today i find the cat .
    i ate the apple .
    i know that the old woman does not find the small cat .
    often i work .
    she sings because the child sees a letter .
    often she sees the beautiful horse .
    we sing .
    now the child sleeps .
    we sing because the child eats an apple .
    often he finds the egg .
    he says that the teacher saw a cat .
    we sing because the teacher sings .
    today she sleeps .
    i know that an old man laughs .
    a new teacher reads the book .
    today he wants to buy the newspaper .
    we sleep because we do not laugh .
    then i can eat an egg .
    she believes that the new teacher wants to buy the car .
    the child sang .
    the woman does not read the book .
    he says that the woman does not sleep .
    he works because i do not sing .
    the teacher sings because a man hears the cat .
    i know that she reads the old newspaper .
    i laugh because i eat a small egg .
    an old man laughs because the teacher finds a dog .
    a woman sees a book .
    today an old man eats the egg .
    then i saw a letter .
    he says that she hears a cat .
    we sing because she finds a new letter .
    an old teacher does not hear the horse .
    often he eats the small apple .
    we laughed .
    the teacher works because a woman ate an apple .
    often we worked .
    i can see the book .
    the old man worked .
    she buys the horse .
    he wants to read the new letter .
    we work because i can see the book .
    he says that a child works .
    he says that we can find the dog .
    often she buys the horse .

    """#
}
